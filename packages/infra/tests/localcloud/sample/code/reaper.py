def handler(event, context):
    print("reaped", event["detail-type"])
