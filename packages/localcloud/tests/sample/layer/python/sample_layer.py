def reply(status, body):
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": body}
