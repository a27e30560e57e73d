"""The machine that images are made from: closed, small, and gone when it shuts down."""

import pytest

from templates import as_list, target


def instance(template):
    [found] = template.of("AWS::EC2::Instance").values()
    return found


def test_the_instance_is_small_and_its_disk_encrypted(machine):
    assert instance(machine)["InstanceType"] == "t2.nano"
    [device] = instance(machine)["BlockDeviceMappings"]
    assert device["DeviceName"] == "/dev/sda1"
    assert device["Ebs"] == {
        "VolumeSize": 8,
        "VolumeType": "gp3",
        "Encrypted": True,
        "DeleteOnTermination": True,
    }


def test_the_instance_gives_its_credentials_to_nobody(machine):
    assert instance(machine)["MetadataOptions"] == {"HttpTokens": "required", "HttpPutResponseHopLimit": 1}
    assert "KeyName" not in instance(machine)


def test_the_instance_ends_when_it_shuts_down(machine):
    assert instance(machine)["InstanceInitiatedShutdownBehavior"] == "terminate"


def test_both_land_in_the_default_vpc(machine):
    [group] = machine.of("AWS::EC2::SecurityGroup").values()
    assert "VpcId" not in group
    assert "SubnetId" not in instance(machine)
    assert instance(machine)["SecurityGroupIds"] == [{"Fn::GetAtt": ["SecurityGroup", "GroupId"]}]


def test_nothing_comes_in_unless_a_network_is_named(development, production):
    [closed] = development[1].of("AWS::EC2::SecurityGroup").values()
    assert "SecurityGroupIngress" not in closed
    [opened] = production[1].of("AWS::EC2::SecurityGroup").values()
    [rule] = opened["SecurityGroupIngress"]
    assert (rule["FromPort"], rule["ToPort"], rule["CidrIp"]) == (22, 22, "192.0.2.0/24")


def test_session_manager_is_all_that_its_role_allows(machine):
    [profile] = machine.of("AWS::IAM::InstanceProfile").values()
    statements = machine.statements()[target(profile["Roles"][0])]
    actions = {action for statement in statements for action in as_list(statement["Action"])}
    assert {action.partition(":")[0] for action in actions} == {"ssm", "ssmmessages"}
    assert len(actions) == 5


@pytest.mark.parametrize(
    ("context", "parameter"),
    [
        ({}, "24.04/stable/current/amd64/hvm/ebs-gp3"),
        ({"ubuntuRelease": "22.04"}, "22.04/stable/current/amd64/hvm/ebs-gp2"),
        ({"architecture": "arm64"}, "24.04/stable/current/arm64/hvm/ebs-gp3"),
    ],
)
def test_the_newest_ubuntu_is_found_when_it_is_deployed(synthesise, context, parameter):
    _, machine = synthesise(**context)
    declared = machine.body["Parameters"][instance(machine)["ImageId"]["Ref"]]
    assert declared["Type"] == "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"
    assert declared["Default"] == f"/aws/service/canonical/ubuntu/server/{parameter}/ami-id"


def test_the_pipeline_owns_the_parameter_that_names_the_workers_image(machine):
    assert not machine.of("AWS::SSM::Parameter")
    stage = machine.stack.removeprefix("Ec2Stack-")
    assert machine.body["Outputs"]["WorkerImageParameter"]["Value"] == f"/crackling/{stage}/worker-ami"
