"""Create the machine that worker images are made from: a plain Ubuntu in the account's default VPC.

user data -> bootstrap.sh (installs AWS's helper scripts) -> cfn-init (downloads the worker's payload, runs its init.sh)
-> cfn-signal: the stack is complete once init.sh has succeeded, and fails otherwise.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3_assets as assets

from crackling_aws import names
from crackling_infra.acknowledge import acknowledge
from crackling_infra.constructs.grants import allow
from crackling_infra.settings import ROOT_GB, require_folder

if TYPE_CHECKING:
    from constructs import Construct

    from crackling_infra.settings import Settings

# The permissions that Session Manager needs; AWS's managed policy would also allow reading every parameter of the account.
_SESSION_MANAGER = (
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)


_BOOTSTRAP: Final = Path(__file__).with_name("bootstrap.sh")
_PAYLOAD: Final = "/opt/crackling/payload"
# apt, two rounds of pip and the self-test take minutes on the smallest machine; the rest allows for a slow mirror.
PATIENCE: Final = cdk.Duration.minutes(30)


class Ec2Stack(cdk.Stack):
    """Create one instance that cannot be reached from outside, except by Session Manager.

    Neither the instance nor its security group names a network, so both land in the default VPC without a look-up.
    """

    def __init__(self, scope: Construct, *, settings: Settings) -> None:
        super().__init__(
            scope,
            "Ec2Stack",
            stack_name=names.builder_stack(settings.stage),
            description="Crackling Cloud: the machine that workers' images are made from",
            tags={"project": "crackling", "stage": settings.stage},
        )
        image = ec2.MachineImage.from_ssm_parameter(ubuntu_parameter(settings)).get_image(self)
        role = self._role()
        instance = self._instance(settings, image.image_id, role, self._security_group(settings.ssh_cidr))
        self._initialise(instance, role, settings)
        cdk.CfnOutput(self, "InstanceId", value=instance.ref)
        cdk.CfnOutput(self, "WorkerImageParameter", value=settings.worker_image_parameter)

    def _instance(
        self, settings: Settings, image_id: str, role: iam.Role, group: ec2.CfnSecurityGroup
    ) -> ec2.CfnInstance:
        # A parameter, so that a bake can choose another type where this one is not to be had, and make the same image.
        instance_type = cdk.CfnParameter(
            self,
            names.BUILDER_TYPE_PARAMETER,
            default=settings.instance_type,
            description="The type of the machine that the image is made on",
        )
        profile = iam.CfnInstanceProfile(self, "Profile", roles=[role.role_name])
        instance = ec2.CfnInstance(
            self,
            "Instance",
            image_id=image_id,
            instance_type=instance_type.value_as_string,
            iam_instance_profile=profile.ref,
            security_group_ids=[group.attr_group_id],
            instance_initiated_shutdown_behavior="terminate",
            metadata_options=ec2.CfnInstance.MetadataOptionsProperty(
                http_tokens="required", http_put_response_hop_limit=1
            ),
            block_device_mappings=[
                ec2.CfnInstance.BlockDeviceMappingProperty(
                    device_name="/dev/sda1",
                    ebs=ec2.CfnInstance.EbsProperty(
                        volume_size=ROOT_GB, volume_type="gp3", encrypted=True, delete_on_termination=True
                    ),
                )
            ],
            tags=[cdk.CfnTag(key="Name", value=f"crackling-{settings.stage}-image")],
        )
        acknowledge(instance, "It lives for minutes; five-minute metrics are enough.", "AwsSolutions-EC28")
        acknowledge(instance, "It holds no data and ends itself when it shuts down.", "AwsSolutions-EC29")
        return instance

    def _initialise(self, instance: ec2.CfnInstance, role: iam.Role, settings: Settings) -> None:
        """Let cfn-init run the payload's init.sh, and make the deployment wait for its signal."""
        payload = assets.Asset(
            self, "Payload", path=require_folder(settings.worker_directory, "nox -s layers")
        )
        allow(role, ["s3:GetObject"], payload.bucket.arn_for_objects(payload.s3_object_key))
        run = {"command": "bash init.sh", "cwd": _PAYLOAD}
        config = {"sources": {_PAYLOAD: payload.http_url}, "commands": {"init": run}}
        access = {"type": "S3", "buckets": [payload.s3_bucket_name], "roleName": role.role_name}
        instance.add_metadata("AWS::CloudFormation::Init", {"config": config})
        instance.add_metadata("AWS::CloudFormation::Authentication", {"payload": access})
        instance.user_data = cdk.Fn.base64(user_data(self.stack_name, instance.logical_id, self.region))
        signal = cdk.CfnResourceSignal(count=1, timeout=PATIENCE.to_iso_string())
        instance.cfn_options.creation_policy = cdk.CfnCreationPolicy(resource_signal=signal)
        instance.node.add_dependency(role)  # cfn-init needs the role's policy as soon as it runs

    def _role(self) -> iam.Role:
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
        role.add_to_policy(iam.PolicyStatement(actions=list(_SESSION_MANAGER), resources=["*"]))
        acknowledge(role, "Session Manager's channels know no resources.", "AwsSolutions-IAM5[Resource::*]")
        return role

    def _security_group(self, ssh_cidr: str | None) -> ec2.CfnSecurityGroup:
        group = ec2.CfnSecurityGroup(
            self,
            "SecurityGroup",
            group_description="Crackling Cloud image: outward only, and SSH if a network was named",
        )
        if ssh_cidr:
            group.security_group_ingress = [
                ec2.CfnSecurityGroup.IngressProperty(
                    ip_protocol="tcp", from_port=22, to_port=22, cidr_ip=ssh_cidr, description="SSH"
                )
            ]
        return group


def user_data(stack: str, resource: str, region: str) -> str:
    """Return cloud-config that runs bootstrap.sh once, as JSON: that is also YAML, and needs no quoting by hand."""
    script = "/opt/crackling/bootstrap.sh"
    config = {
        "package_update": True,
        "packages": ["python3-venv", "python3-pip"],
        "write_files": [{"path": script, "permissions": "0755", "content": _BOOTSTRAP.read_text()}],
        "runcmd": [[script, stack, resource, region]],
    }
    return f"#cloud-config\n{json.dumps(config, indent=1)}\n"


def ubuntu_parameter(settings: Settings) -> str:
    """Return the name of the public parameter that holds Canonical's newest image of a release."""
    architecture = "arm64" if settings.architecture == "arm64" else "amd64"
    volume = "ebs-gp3" if settings.ubuntu_release >= "24.04" else "ebs-gp2"
    release = f"/aws/service/canonical/ubuntu/server/{settings.ubuntu_release}/stable/current"
    return f"{release}/{architecture}/hvm/{volume}/ami-id"
