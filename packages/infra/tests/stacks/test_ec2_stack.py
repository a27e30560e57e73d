"""Test the machine that images are made from: closed to the outside, small, and terminated when it shuts down."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from crackling_aws.names import BUILDER_TYPE_PARAMETER
from templates import Resource, Synthesise, Template, Templates, as_list, target

if TYPE_CHECKING:
    from pathlib import Path


def instance(template: Template) -> Resource:
    [found] = template.of("AWS::EC2::Instance").values()
    return found


def test_the_instance_is_small_and_its_disk_encrypted(machine: Template) -> None:
    assert instance(machine)["InstanceType"] == {"Ref": BUILDER_TYPE_PARAMETER}
    assert machine.body["Parameters"][BUILDER_TYPE_PARAMETER]["Default"] == "t2.nano"
    [device] = instance(machine)["BlockDeviceMappings"]
    assert device["DeviceName"] == "/dev/sda1"
    assert device["Ebs"] == {
        "VolumeSize": 8,
        "VolumeType": "gp3",
        "Encrypted": True,
        "DeleteOnTermination": True,
    }


def test_the_instance_gives_its_credentials_to_nobody(machine: Template) -> None:
    assert instance(machine)["MetadataOptions"] == {"HttpTokens": "required", "HttpPutResponseHopLimit": 1}
    assert "KeyName" not in instance(machine)


def test_the_instance_ends_when_it_shuts_down(machine: Template) -> None:
    assert instance(machine)["InstanceInitiatedShutdownBehavior"] == "terminate"


def test_both_land_in_the_default_vpc(machine: Template) -> None:
    [group] = machine.of("AWS::EC2::SecurityGroup").values()
    assert "VpcId" not in group
    assert "SubnetId" not in instance(machine)
    assert instance(machine)["SecurityGroupIds"] == [{"Fn::GetAtt": ["SecurityGroup", "GroupId"]}]


def test_nothing_comes_in_unless_a_network_is_named(development: Templates, production: Templates) -> None:
    [closed] = development[1].of("AWS::EC2::SecurityGroup").values()
    assert "SecurityGroupIngress" not in closed
    [opened] = production[1].of("AWS::EC2::SecurityGroup").values()
    [rule] = opened["SecurityGroupIngress"]
    assert (rule["FromPort"], rule["ToPort"], rule["CidrIp"]) == (22, 22, "192.0.2.0/24")


def test_its_role_allows_session_manager_and_the_payload(machine: Template) -> None:
    [profile] = machine.of("AWS::IAM::InstanceProfile").values()
    statements = machine.statements()[target(profile["Roles"][0])]
    actions = {action for statement in statements for action in as_list(statement["Action"])}
    assert {action for action in actions if not action.startswith(("ssm:", "ssmmessages:"))} == {
        "s3:GetObject"
    }
    assert len(actions) == 6
    [payload] = [one["Resource"] for one in statements if one["Action"] == "s3:GetObject"]
    key = payload["Fn::Join"][1][-1]
    assert key.endswith(".zip")
    assert "*" not in key
    [address] = initialisation(machine)["sources"].values()
    assert address["Fn::Sub"].endswith(key)


def metadata(template: Template) -> Resource:
    [name] = template.of("AWS::EC2::Instance")
    return template.resources[name]


def initialisation(template: Template) -> Resource:
    config: Resource = metadata(template)["Metadata"]["AWS::CloudFormation::Init"]["config"]
    return config


def test_init_sh_runs_where_the_payload_is_unpacked(machine: Template) -> None:
    [folder] = initialisation(machine)["sources"]
    assert initialisation(machine)["commands"] == {"init": {"command": "bash init.sh", "cwd": folder}}


def test_the_payload_is_fetched_with_the_instances_role(machine: Template) -> None:
    access = metadata(machine)["Metadata"]["AWS::CloudFormation::Authentication"]["payload"]
    [profile] = machine.of("AWS::IAM::InstanceProfile").values()
    assert access["type"] == "S3"
    assert access["roleName"] == profile["Roles"][0]
    [address] = initialisation(machine)["sources"].values()
    assert access["buckets"][0]["Fn::Sub"] in address["Fn::Sub"]


def test_the_deployment_waits_for_the_signal(machine: Template) -> None:
    assert metadata(machine)["CreationPolicy"] == {"ResourceSignal": {"Count": 1, "Timeout": "PT30M"}}


def rendered_user_data(template: Template) -> tuple[str, str]:
    """Return the user data with its references filled in as CloudFormation does."""
    [name] = template.of("AWS::EC2::Instance")
    known = {"AWS::Region": "eu-west-1"}
    parts = instance(template)["UserData"]["Fn::Base64"]["Fn::Join"][1]
    return name, "".join(known[part["Ref"]] if isinstance(part, dict) else part for part in parts)


def test_the_user_data_signals_for_this_instance(machine: Template) -> None:
    name, text = rendered_user_data(machine)
    config = json.loads(text.removeprefix("#cloud-config"))
    [script] = config["write_files"]
    assert config["runcmd"] == [[script["path"], machine.stack, name, "eu-west-1"]]
    assert script["content"].startswith("#!/usr/bin/env bash\n")
    assert "cfn-init" in script["content"]
    assert "cfn-signal" in script["content"]
    assert len(text) < 16 * 1024


def test_cloud_init_finds_nothing_wrong_with_the_user_data(machine: Template, tmp_path: Path) -> None:
    program = shutil.which("cloud-init")
    if not program:
        pytest.skip("cloud-init is not installed (Debian package cloud-init)")
    file = tmp_path / "user-data"
    file.write_text(rendered_user_data(machine)[1])
    command = [program, "schema", "--config-file", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Valid" in done.stdout


@pytest.mark.parametrize(
    ("context", "parameter"),
    [
        ({}, "24.04/stable/current/amd64/hvm/ebs-gp3"),
        ({"ubuntuRelease": "22.04"}, "22.04/stable/current/amd64/hvm/ebs-gp2"),
        ({"architecture": "arm64"}, "24.04/stable/current/arm64/hvm/ebs-gp3"),
    ],
)
def test_the_newest_ubuntu_is_found_when_it_is_deployed(
    synthesise: Synthesise, context: dict[str, str], parameter: str
) -> None:
    _, machine = synthesise(**context)
    declared = machine.body["Parameters"][instance(machine)["ImageId"]["Ref"]]
    assert declared["Type"] == "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"
    assert declared["Default"] == f"/aws/service/canonical/ubuntu/server/{parameter}/ami-id"


def test_the_pipeline_owns_the_parameter_that_names_the_workers_image(machine: Template) -> None:
    assert not machine.of("AWS::SSM::Parameter")
    stage = machine.stack.removeprefix("Ec2Stack-")
    assert machine.body["Outputs"]["WorkerImageParameter"]["Value"] == f"/crackling/{stage}/worker-ami"
