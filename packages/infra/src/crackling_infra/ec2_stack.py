"""The machine that workers' images are made from: a plain Ubuntu in the account's default network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam

from crackling_infra.acknowledge import acknowledge

if TYPE_CHECKING:
    from constructs import Construct

    from crackling_infra.settings import Settings

# What Session Manager needs and no more: AWS's managed policy also reads every parameter of the account.
_SESSION_MANAGER = (
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)


class Ec2Stack(cdk.Stack):
    """One instance without a way in from outside, except Session Manager.

    Neither the instance nor its security group names a network: both land in the default VPC. No look-up.
    """

    def __init__(self, scope: Construct, *, settings: Settings) -> None:
        super().__init__(
            scope,
            "Ec2Stack",
            stack_name=f"Ec2Stack-{settings.stage}",
            description="Crackling Cloud: the machine that workers' images are made from",
            tags={"project": "crackling", "stage": settings.stage},
        )
        image = ec2.MachineImage.from_ssm_parameter(ubuntu_parameter(settings)).get_image(self)
        instance = self._instance(
            settings, image.image_id, self._profile(), self._security_group(settings.ssh_cidr)
        )
        cdk.CfnOutput(self, "InstanceId", value=instance.ref)
        cdk.CfnOutput(self, "WorkerImageParameter", value=settings.worker_image_parameter)

    def _instance(
        self, settings: Settings, image_id: str, profile: iam.CfnInstanceProfile, group: ec2.CfnSecurityGroup
    ) -> ec2.CfnInstance:
        instance = ec2.CfnInstance(
            self,
            "Instance",
            image_id=image_id,
            instance_type=settings.instance_type,
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
                        volume_size=8, volume_type="gp3", encrypted=True, delete_on_termination=True
                    ),
                )
            ],
            tags=[cdk.CfnTag(key="Name", value=f"crackling-{settings.stage}-image")],
        )
        acknowledge(instance, "It lives for minutes; five-minute metrics are enough.", "AwsSolutions-EC28")
        acknowledge(instance, "It holds no data and ends itself when it shuts down.", "AwsSolutions-EC29")
        return instance

    def _profile(self) -> iam.CfnInstanceProfile:
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
        role.add_to_policy(iam.PolicyStatement(actions=list(_SESSION_MANAGER), resources=["*"]))
        acknowledge(role, "Session Manager's channels know no resources.", "AwsSolutions-IAM5[Resource::*]")
        return iam.CfnInstanceProfile(self, "Profile", roles=[role.role_name])

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


def ubuntu_parameter(settings: Settings) -> str:
    """The public parameter that names Canonical's newest image of a release."""
    architecture = "arm64" if settings.architecture == "arm64" else "amd64"
    volume = "ebs-gp3" if settings.ubuntu_release >= "24.04" else "ebs-gp2"
    release = f"/aws/service/canonical/ubuntu/server/{settings.ubuntu_release}/stable/current"
    return f"{release}/{architecture}/hvm/{volume}/ami-id"
