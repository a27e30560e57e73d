"""Test the workers: the instance that the launch template describes, its permissions, and who may start and end it."""

from __future__ import annotations

import json

import pytest

from templates import Resource, Synthesise, Template, Templates, as_list, target


def launch_data(template: Template) -> Resource:
    [found] = template.of("AWS::EC2::LaunchTemplate").values()
    data: Resource = found["LaunchTemplateData"]
    return data


def role_id(template: Template) -> str:
    profile = template.of("AWS::IAM::InstanceProfile")[
        target(launch_data(template)["IamInstanceProfile"]["Arn"])
    ]
    return target(profile["Roles"][0])


def statements(template: Template, module: str) -> list[Resource]:
    return template.statements()[template.role_of(module)]


def granting(found: list[Resource], action: str) -> list[Resource]:
    return [statement for statement in found if action in as_list(statement["Action"])]


def text(value: object) -> str:
    return json.dumps(value)


def test_an_instance_ends_when_it_shuts_down_and_gives_its_credentials_to_nobody(service: Template) -> None:
    data = launch_data(service)
    assert data["InstanceInitiatedShutdownBehavior"] == "terminate"
    assert data["MetadataOptions"] == {
        "HttpTokens": "required",
        "HttpPutResponseHopLimit": 1,
        "InstanceMetadataTags": "enabled",
    }
    assert data["Monitoring"] == {"Enabled": False}
    assert not {"KeyName", "UserData", "ImageId", "InstanceType", "NetworkInterfaces"} & set(data)


def test_its_disks_are_encrypted_and_go_with_it(service: Template) -> None:
    disks = {one["DeviceName"]: one["Ebs"] for one in launch_data(service)["BlockDeviceMappings"]}
    always = {"Encrypted": True, "DeleteOnTermination": True, "VolumeType": "gp3"}
    assert disks == {"/dev/sda1": always | {"VolumeSize": 8}, "/dev/sdf": always | {"VolumeSize": 200}}


def test_nothing_comes_in(service: Template) -> None:
    [group] = launch_data(service)["SecurityGroupIds"]
    properties = service.of("AWS::EC2::SecurityGroup")[target(group)]
    assert "SecurityGroupIngress" not in properties
    assert "VpcId" not in properties


def test_spot_is_a_choice(development: Templates, production: Templates) -> None:
    assert "InstanceMarketOptions" not in launch_data(development[0])
    market = launch_data(production[0])["InstanceMarketOptions"]
    assert market["MarketType"] == "spot"
    assert market["SpotOptions"] == {
        "SpotInstanceType": "one-time",
        "InstanceInterruptionBehavior": "terminate",
    }


def test_a_worker_may_do_what_the_preparing_functions_do_and_read_its_settings(service: Template) -> None:
    """The workers' grants match the functions' action by action; no EC2, no secrets, no other parameter."""
    functions = {
        (action, text(resource))
        for module in ("downloader", "bowtie2_index", "issl_index")
        for statement in statements(service, module)
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }
    own = {
        (action, text(resource))
        for statement in service.statements()[role_id(service)]
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }
    [(action, parameter)] = own - functions
    assert action == "ssm:GetParameter"
    assert "parameter/crackling/" in parameter
    assert parameter.endswith('worker-settings"]]}')


def test_its_settings_name_what_it_may_use(service: Template) -> None:
    [parameter] = service.of("AWS::SSM::Parameter").values()
    stage = service.stack.removeprefix("CracklingStack-")
    assert parameter["Name"] == f"/crackling/{stage}/worker-settings"
    body = text(parameter["Value"])
    for name in ("JOBS_TABLE", "GENOMES_TABLE", "GENOME_BUCKET", "SCAN_QUEUE_URL", "NCBI_URL", "MAX_HOURS"):
        assert name in body


def test_the_scheduler_starts_instances_by_the_template_alone(service: Template) -> None:
    [template] = service.of("AWS::EC2::LaunchTemplate")
    running = granting(statements(service, "scheduler"), "ec2:RunInstances")
    assert len(running) == 2
    for statement in running:
        assert template in text(statement["Condition"]["ArnEquals"]["ec2:LaunchTemplate"])
    [instances] = [one for one in running if ":instance/*" in text(one["Resource"])]
    stage = service.stack.removeprefix("CracklingStack-")
    assert instances["Condition"]["StringEquals"] == {"aws:RequestTag/crackling:stage": stage}
    [parts] = [one for one in running if one is not instances]
    named = text(parts["Resource"])
    assert ":security-group/*" not in named
    assert ":key-pair/" not in named


def test_the_scheduler_tags_at_creation_only(service: Template) -> None:
    [tagging] = granting(statements(service, "scheduler"), "ec2:CreateTags")
    assert tagging["Condition"] == {"StringEquals": {"ec2:CreateAction": "RunInstances"}}


def test_the_scheduler_passes_the_workers_role_to_ec2_alone(service: Template) -> None:
    [passing] = granting(statements(service, "scheduler"), "iam:PassRole")
    assert target(passing["Resource"]) == role_id(service)
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}


def test_the_scheduler_reads_the_images_parameter_at_the_launch(service: Template) -> None:
    [reading] = granting(statements(service, "scheduler"), "ssm:GetParameter")
    environment = service.functions()["scheduler"]["Environment"]["Variables"]
    arns = [text(arn) for arn in as_list(reading["Resource"])]
    assert [arn for arn in arns if arn.endswith(f'parameter{environment["WORKER_IMAGE_PARAMETER"]}"]]}}')]
    rows = json.loads(environment["WORKER_TYPES"])
    assert rows == sorted(rows)


def test_the_reaper_ends_instances_of_its_stage_only(service: Template) -> None:
    [ending] = granting(statements(service, "reaper"), "ec2:TerminateInstances")
    stage = service.stack.removeprefix("CracklingStack-")
    assert ending["Condition"] == {"StringEquals": {"aws:ResourceTag/crackling:stage": stage}}


def test_the_reaper_is_more_patient_than_the_worker_itself(service: Template) -> None:
    [parameter] = service.of("AWS::SSM::Parameter").values()
    hours = int(service.functions()["reaper"]["Environment"]["Variables"]["WORKER_HOURS"])
    assert f'\\"MAX_HOURS\\":\\"{hours - 1}\\"' in text(parameter["Value"])


@pytest.mark.parametrize("gigabytes", ["8", "500"])
def test_the_scratch_disk_is_as_large_as_the_setting_says(synthesise: Synthesise, gigabytes: str) -> None:
    service, _ = synthesise(workerScratchGb=gigabytes)
    sizes = [one["Ebs"]["VolumeSize"] for one in launch_data(service)["BlockDeviceMappings"]]
    assert sizes == [8, int(gigabytes)]
