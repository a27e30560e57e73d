"""Deploy CracklingStack to ministack, with IAM enforced, and test it: `python packages/localcloud/smoke/run.py`.

ministack is an emulator by other people than moto's and the local cloud's. The CDK's command line deploys the stack to it, jobs
and uploads go through its API Gateway, streams, queues and functions, and each call is checked against the policies of the role
that makes it. The exit code is 0 only if a job has the same targets as on the command line, an uploaded genome is prepared and
deleted, a deleted job is gone, and a second deployment would change nothing. docs/local-cloud.md says what this proves.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

import build
import isolated
from delivery.api_client import ApiClient, ApiError
from delivery.program import DeliveryError
from delivery.stacks.smoke_test import ACCESSION, check_job, check_upload
from local_stage import SAMPLE, say, step
from localcloud.cdk import Cdk, CdkError
from localcloud.ministack import SECURE, Ministack, MinistackError, running
from localcloud.standins.assemblies import phage_lambda
from localcloud.standins.ncbi import NcbiStandIn

if TYPE_CHECKING:
    from localcloud.world import World

STACK, STAGE = "CracklingStack", "smoke"
PATCHES = Path(__file__).with_name("patches")
COMMAND = (isolated.programs("ministack") / "python", PATCHES / "start.py")
LAST_LINES = 40  # of ministack's log, if something fails


class SmokeError(Exception):
    """Raised when the deployed stack does not do what it should; the message says what."""


def check(folder: Path) -> None:
    """Deploy to a ministack that writes to the folder, and test what is there.

    Raises:
        SmokeError, DeliveryError, ApiError, CdkError: something does not work; the message says what.
    """
    with step("layers, page, CDK, ministack"):
        bowtie2 = build.can_build_bowtie2()
        build.build_layers("--here", *([] if bowtie2 else ["--without", "bowtie2"]))
        build.build_page()
        build.npm(build.INFRA)
        isolated.install("ministack")
    with (
        NcbiStandIn({ACCESSION: phage_lambda(SAMPLE / "lambda_phage.fa")}) as ncbi,
        running(COMMAND, folder, {**SECURE, "PYTHONPATH": str(PATCHES)}) as emulator,
    ):
        try:
            deploy_and_use(emulator, folder / "cdk.out", ncbi.url, bowtie2=bowtie2)
        except BaseException:
            sys.stderr.writelines(
                emulator.log.read_text("utf-8", "replace").splitlines(keepends=True)[-LAST_LINES:]
            )
            raise


def deploy_and_use(emulator: Ministack, assembly: Path, ncbi: str, *, bowtie2: bool) -> None:
    """Deploy the stack, use it as its users do, and compare it with its template."""
    world = emulator.world
    os.environ["SSL_CERT_FILE"] = str(world.certificate)  # what urllib trusts
    with step("synthesis"):
        build.synthesise(assembly, settings(ncbi, bowtie2=bowtie2))
    cdk = Cdk(build.CDK, world, lambda _line: None)
    with step("deployment"):
        cdk.bootstrap()
        cdk.deploy(assembly, [STACK])
    check_that_policies_are_enforced(world)
    outputs = outputs_of_the_stack(world)
    check_page(world, outputs["PageBucket"])
    api = ApiClient(api_of(world, outputs["ApiUrl"]), poll_seconds=1)
    check_job(api)
    check_upload(api)
    check_deletion(api)
    with step("comparison with the template"):
        changes, printed = cdk.diff(assembly, [STACK])
    if changes:
        raise SmokeError(f"a second deployment would change something:\n{printed}")


def settings(ncbi: str, *, bowtie2: bool) -> dict[str, str]:
    return {
        "stage": STAGE,
        "account": "established",  # ministack has no quotas
        "pythonVersion": f"{sys.version_info.major}.{sys.version_info.minor}",
        "architecture": build.architecture(),
        "ncbiUrl": ncbi,
        "bowtie2": "on" if bowtie2 else "off",
    }


def check_that_policies_are_enforced(world: World) -> None:
    """Check that a user without any policy is denied; otherwise the following steps would prove nothing.

    Raises:
        SmokeError: the user may list the buckets.
    """
    iam = world.client("iam")
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]
    s3 = boto3.client(
        "s3",
        region_name=world.region,
        endpoint_url=world.endpoint,
        verify=str(world.certificate),
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    try:
        s3.list_buckets()
    except ClientError as error:
        if error.response["Error"]["Code"] == "AccessDenied":
            return
        raise
    raise SmokeError("ministack does not enforce the policies of IAM")


def outputs_of_the_stack(world: World) -> dict[str, str]:
    """Return the outputs of the deployed stack by their names."""
    stack = world.client("cloudformation").describe_stacks(StackName=f"{STACK}-{STAGE}")["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def check_page(world: World, bucket: str) -> None:
    """Check that the CDK's helper has copied the page and its settings.

    Raises:
        SmokeError: the settings are of another stage.
    """
    s3 = world.client("s3")
    s3.head_object(Bucket=bucket, Key="index.html")
    config = json.loads(s3.get_object(Bucket=bucket, Key="config.json")["Body"].read())
    if config["stage"] != STAGE:
        raise SmokeError(f"the page belongs to the stage {config['stage']}")


def api_of(world: World, url: str) -> str:
    """Return where ministack serves the API of this address, such as https://ID.execute-api.REGION.amazonaws.com/STAGE."""
    host, _, stage = url.removeprefix("https://").rstrip("/").partition("/")
    return f"{world.endpoint}/_aws/execute-api/{host.partition('.')[0]}/{stage}"


def check_deletion(api: ApiClient) -> None:
    """Delete a job.

    Raises:
        SmokeError: it is still there.
    """
    job = api.submit(fasta=(SAMPLE / "cI.fa").read_text("utf-8"), genome=ACCESSION)
    api.wait_for_job(job)
    api.delete_job(job)
    try:
        api.get(f"/jobs/{job}")
    except ApiError as error:
        if ": 410 " in str(error):
            return
        raise
    raise SmokeError(f"the deleted job {job} is still there")


def main() -> int:
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    with tempfile.TemporaryDirectory(prefix="ministack-") as folder:
        try:
            check(Path(folder))
        except (ApiError, CdkError, DeliveryError, MinistackError, SmokeError, build.BuildError) as error:
            say(f"smoke: error: {error}")
            return 1
    say("smoke: everything works on ministack, with IAM enforced")
    return 0


if __name__ == "__main__":
    sys.exit(main())
