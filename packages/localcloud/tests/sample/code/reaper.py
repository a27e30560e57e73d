def handler(event: dict[str, object], _context: object) -> None:
    print("reaped", event["detail-type"])
