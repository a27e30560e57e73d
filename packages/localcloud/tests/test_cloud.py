"""Run a sample app through the whole local cloud: deployed by the CDK CLI, used, changed, broken and removed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from localcloud.cdk import CdkError
from test_gaps_s3 import post_form
from test_runtime import until

if TYPE_CHECKING:
    from localcloud.cloud import LocalCloud

pytestmark = pytest.mark.cloud


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from sample.stack import synthesise

    return synthesise(tmp_path_factory.mktemp("sample") / "cdk.out")


@pytest.fixture(scope="module")
def sample(cloud: LocalCloud, assembly: Path) -> LocalCloud:
    cloud.bootstrap()
    cloud.deploy(assembly)
    return cloud


def fetch(cloud: LocalCloud, path: str, body: Any = None) -> tuple[int, Any, dict[str, str]]:
    request = urllib.request.Request(
        cloud.url + path, json.dumps(body).encode() if body is not None else None
    )
    try:
        answer = urllib.request.urlopen(request)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        text = answer.read()
        kind = answer.headers["content-type"]
        return answer.status, json.loads(text) if kind == "application/json" else text, dict(answer.headers)


def function(cloud: LocalCloud, logical_id: str) -> str:
    found = cloud.client("cloudformation").describe_stack_resources(
        StackName="Sample", LogicalResourceId=logical_id
    )["StackResources"]
    return str(found[0]["PhysicalResourceId"])


def test_page_and_its_settings(sample: LocalCloud) -> None:
    status, text, headers = fetch(sample, "/")
    assert (status, headers["content-security-policy"]) == (200, "default-src 'self'")
    assert b"Sample page" in text
    assert fetch(sample, "/config.json")[1]["api"] == "/api"


def test_function_has_its_layer_and_the_query(sample: LocalCloud) -> None:
    told = fetch(sample, "/api/about?limit=5")[1]
    assert told["program"] == "from the layer"
    assert told["query"] == {"limit": "5"}
    assert 0 < told["remaining"] <= 2000


def test_gateway_response(sample: LocalCloud) -> None:
    assert fetch(sample, "/api/nothing")[:2] == (404, {"title": "no such route"})


def test_job_runs_through_stream_and_queue(sample: LocalCloud) -> None:
    job = fetch(sample, "/api/jobs", {"words": [f"word{n}" for n in range(12)]})[1]["job"]
    assert until(lambda: fetch(sample, f"/api/jobs/{job}")[1]["done"] == 12)
    rows = sample.client("dynamodb").query(
        TableName=sample.outputs("Sample")["RowsTable"], KeyConditionExpression="job = :job",
        ExpressionAttributeValues={":job": {"S": job}})  # fmt: skip
    assert [item["word"]["S"] for item in rows["Items"]] == [f"word{n}" for n in range(12)]


def test_poison_reaches_the_dead_letter_queue_and_nothing_else_does(sample: LocalCloud) -> None:
    job = fetch(sample, "/api/jobs", {"words": ["good", "poison", "fine"]})[1]["job"]
    assert until(lambda: fetch(sample, f"/api/jobs/{job}")[1]["done"] == 2)
    sqs, url, found = sample.client("sqs"), sample.outputs("Sample")["DlqUrl"], []

    def arrived() -> bool:
        found.extend(
            sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1, AttributeNames=["All"]).get("Messages", [])
        )
        return bool(found)

    assert until(arrived, 25)
    assert [json.loads(message["Body"])["word"] for message in found] == ["poison"]
    assert int(found[0]["Attributes"]["ApproximateReceiveCount"]) == 4  # three deliveries and this one
    assert fetch(sample, f"/api/jobs/{job}")[1]["done"] == 2


def test_time_out_and_crash_are_bad_gateways(sample: LocalCloud) -> None:
    start = time.monotonic()
    assert fetch(sample, "/api/sleep")[0] == 502
    assert 2 <= time.monotonic() - start < 5
    assert fetch(sample, "/api/crash")[0] == 502
    assert fetch(sample, "/api/about")[0] == 200


def test_browser_uploads_with_a_form_that_a_function_signed(sample: LocalCloud) -> None:
    form = fetch(sample, "/api/upload")[1]
    assert post_form(form["url"], {**form["fields"], "key": "uploads/a.fa"}, 50)[0] in (200, 204)
    assert post_form(form["url"], {**form["fields"], "key": "uploads/a.fa"}, 101)[0] == 400


def test_schedule_fires_on_demand(sample: LocalCloud) -> None:
    before = len(sample.invocations())
    sample.fire("sample-clock")
    assert sample.invocations()[before].function == function(sample, "ReaperEAC00597")


def test_invocations_are_billed(sample: LocalCloud) -> None:
    name = sample.outputs("Sample")["ApiFunction"]
    mine = [invocation for invocation in sample.invocations() if invocation.function == name]
    assert mine
    assert all(invocation.memory == 256 and invocation.billed_ms > 0 for invocation in mine)


def test_calls_are_held_against_roles(sample: LocalCloud) -> None:
    assert sample.iam_report().denied == ()
    fetch(sample, "/api/forbidden")
    report, name = sample.iam_report(), sample.outputs("Sample")["ApiFunction"]
    assert [(one.function, one.action) for one in report.denied] == [(name, "ssm:GetParameter")]
    assert report.denied[0].resource.endswith(":parameter/sample/secret")
    unused = {one.action for one in report.unused if one.function == name}
    assert "dynamodb:Scan" in unused
    assert not {"dynamodb:PutItem", "dynamodb:GetItem", "s3:PutObject"} & unused


def test_launch_from_a_template_is_recorded(sample: LocalCloud) -> None:
    assert sample.launches()[-1].user_data == "#!/bin/sh\necho hello\n"


def test_nothing_differs_and_redeploying_changes_nothing(sample: LocalCloud, assembly: Path) -> None:
    differs, text = sample.diff(assembly)
    assert not differs, text
    events = sample.client("cloudformation").describe_stack_events(StackName="Sample")["StackEvents"]
    assert sample.deploy(assembly).count("(no changes)") == 2
    assert sample.client("cloudformation").describe_stack_events(StackName="Sample")["StackEvents"] == events


def test_change_reaches_a_running_function(sample: LocalCloud, tmp_path: Path) -> None:
    from sample.stack import synthesise

    sample.deploy(synthesise(tmp_path / "changed", greeting="changed"), ["Sample"])
    name = sample.outputs("Sample")["ApiFunction"]
    found = sample.client("lambda").get_function_configuration(FunctionName=name)
    assert found["Environment"]["Variables"]["GREETING"] == "changed"
    assert fetch(sample, "/api/about")[0] == 200


def test_failing_custom_resource_fails_the_deploy_and_rolls_back(sample: LocalCloud, tmp_path: Path) -> None:
    from sample.stack import synthesise

    broken = synthesise(tmp_path / "broken", fail=True, greeting="broken")
    with pytest.raises(CdkError, match="as it was told to"):
        sample.deploy(broken, ["Sample"])
    name = sample.outputs("Sample")["ApiFunction"]
    found = sample.client("lambda").get_function_configuration(FunctionName=name)
    assert found["Environment"]["Variables"]["GREETING"] == "changed"


def test_destroying_leaves_nothing(sample: LocalCloud, assembly: Path) -> None:
    sample.destroy(assembly)
    left = {
        "functions": sample.client("lambda").list_functions()["Functions"],
        "mappings": sample.client("lambda").list_event_source_mappings()["EventSourceMappings"],
        "tables": sample.client("dynamodb").list_tables()["TableNames"],
        "queues": sample.client("sqs").list_queues(QueueNamePrefix="Sample").get("QueueUrls", []),
        "buckets": [b["Name"] for b in sample.client("s3").list_buckets()["Buckets"] if b["Name"].startswith("sample")],
        "apis": sample.client("apigateway").get_rest_apis()["items"],
        "distributions": sample.client("cloudfront").list_distributions()["DistributionList"].get("Items", []),
        "alarms": sample.client("cloudwatch").describe_alarms()["MetricAlarms"],
        "rules": sample.client("events").list_rules()["Rules"],
        "roles": [r["RoleName"] for r in sample.client("iam").list_roles()["Roles"] if r["RoleName"].startswith("Sample")],
        "instances": [i for r in sample.client("ec2").describe_instances()["Reservations"] for i in r["Instances"]
                      if i["State"]["Name"] != "terminated" and i["InstanceType"] == "t2.nano"],
    }  # fmt: skip
    assert {kind: found for kind, found in left.items() if found} == {}


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_everything(how: signal.Signals) -> None:
    program = (
        "import time\nfrom localcloud.cloud import LocalCloud\n"
        "with LocalCloud(front_port=0) as cloud:\n    print(cloud._runtime._home, flush=True)\n    time.sleep(60)\n"
    )
    # A background job of a shell ignores Ctrl-C, and so would every process that it starts.
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                               text=True, env=os.environ, preexec_fn=heed)  # fmt: skip
    assert process.stdout is not None
    home = Path(process.stdout.readline().strip())
    assert home.is_dir()
    time.sleep(1)  # once it sleeps: Python drops what a handler raises during garbage collection
    process.send_signal(how)
    assert process.wait(30) != 0
    assert not home.exists()
