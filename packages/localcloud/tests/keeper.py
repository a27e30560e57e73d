"""Run a local cloud that keeps its state, with a small stack, until the process is ended. Prints its address when it is ready."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from gap import resource
from localcloud.cloud import LocalCloud
from localcloud.state import StateError

STACK = "kept"
KEYS = [{"AttributeName": "k", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}]
ATTRIBUTES = [{"AttributeName": "k", "AttributeType": "S"}, {"AttributeName": "n", "AttributeType": "N"}]
TEMPLATE = {
    "Resources": {
        "Items": resource(
            "DynamoDB::Table", KeySchema=KEYS, AttributeDefinitions=ATTRIBUTES, BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamViewType": "NEW_IMAGE"},
            TimeToLiveSpecification={"AttributeName": "expires", "Enabled": True},
        ),
        "Objects": resource(
            "S3::Bucket",
            LifecycleConfiguration={"Rules": [{"Status": "Enabled", "Prefix": "uploads/", "ExpirationInDays": 7}]},
        ),
        "Messages": resource("SQS::Queue", RedrivePolicy={
            "deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 1}),
        "Dead": resource("SQS::Queue"),
    },
    "Outputs": {name: {"Value": {"Ref": name}} for name in ("Items", "Objects", "Messages", "Dead")},
}  # fmt: skip


def main() -> int:
    try:
        with LocalCloud(front_port=0, data=Path(sys.argv[1])) as cloud:
            cloud.client("cloudformation").create_stack(StackName=STACK, TemplateBody=json.dumps(TEMPLATE))
            sys.stdout.write(json.dumps({"endpoint": cloud.world.endpoint, **cloud.outputs(STACK)}) + "\n")
            sys.stdout.flush()
            while True:
                time.sleep(0.2)  # a signal that another thread receives does not end a sleep
    except StateError as error:
        sys.stderr.write(f"{error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
