def handler(event, _context):
    print("reaped", event["detail-type"])
