def reply(status: int, body: str) -> dict[str, object]:
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": body}
