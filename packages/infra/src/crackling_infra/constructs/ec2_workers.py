"""Define the EC2 workers for genomes too large for the functions: the instance, its permissions, and who may start and end it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from crackling_aws.names import STAGE_TAG
from crackling_infra.acknowledge import acknowledge
from crackling_infra.constructs.grants import Grantee, allow, allow_parameter
from crackling_infra.settings import ROOT_GB, WORKER_GRACE_HOURS

if TYPE_CHECKING:
    from crackling_infra.constructs.functions import Function
    from crackling_infra.settings import Settings

_ROOT_DEVICE, _SCRATCH_DEVICE = "/dev/sda1", "/dev/sdf"
# The parts of an instance that AWS also checks permissions for when one is started.
_PARTS: Final = ("volume", "network-interface", "subnet", "spot-instances-request")


class Ec2Workers(Construct, Grantee):
    """Create the launch template of the workers and their role; nothing runs until a genome needs a worker.

    A worker reads the names of the resources that it may use from one SSM parameter; functions read them from their environment.
    """

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
        self._profile = iam.CfnInstanceProfile(self, "Profile", roles=[self.role.role_name])
        self._group = ec2.CfnSecurityGroup(
            self, "SecurityGroup", group_description="Crackling Cloud workers: outward only"
        )
        self._template = ec2.CfnLaunchTemplate(self, "Template", launch_template_data=self._instance())
        self._known = {
            "NCBI_URL": settings.ncbi_url,
            "MAX_HOURS": str(settings.worker_hours),
        }

    # --- what a worker may do ---

    @property
    def grantee_role(self) -> iam.IRole:
        return self.role

    def add_variable(self, variable: str, value: str) -> None:
        self._known[variable] = value

    def publish_settings(self) -> None:
        """Store the names of all granted resources in the SSM parameter; call this after the last grant."""
        name = self._settings.worker_settings_parameter
        value = Stack.of(self).to_json_string(self._known)
        ssm.CfnParameter(self, "Settings", name=name, type="String", value=value)
        allow_parameter(self.role, name)

    # --- who may start and end them ---

    def launched_by(self, function: Function) -> None:
        """Allow `function` to start instances from this template, with this role and the tags that mark them as workers."""
        role = self._managed_by(function)
        template = self._arn("launch-template", self._template.ref)
        by_template = {"ArnEquals": {"ec2:LaunchTemplate": template}}
        tagged = {"StringEquals": {f"aws:RequestTag/{STAGE_TAG}": self._settings.stage}}
        group = self._arn("security-group", self._group.attr_group_id)
        parts = [self._arn(part, "*") for part in _PARTS]
        image = self._arn("image", "*", account="")
        run = ["ec2:RunInstances"]
        allow(role, run, self._arn("instance", "*"), conditions=by_template | tagged)
        allow(role, run, template, group, image, *parts, conditions=by_template)
        created = {"StringEquals": {"ec2:CreateAction": "RunInstances"}}
        taggable = [self._arn(part, "*") for part in ("instance", "volume")]
        allow(role, ["ec2:CreateTags"], *taggable, conditions=created)
        allow(role, ["ec2:DescribeAvailabilityZones"], "*")
        to_ec2 = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
        allow(role, ["iam:PassRole"], self.role.role_arn, conditions=to_ec2)
        allow_parameter(role, self._settings.worker_image_parameter)
        _acknowledge(role, "instance", "image", *_PARTS)

    def ended_by(self, function: Function) -> None:
        """Allow `function` to terminate this stage's own instances."""
        role = self._managed_by(function)
        instances = self._arn("instance", "*")
        own = {"StringEquals": {f"aws:ResourceTag/{STAGE_TAG}": self._settings.stage}}
        allow(role, ["ec2:TerminateInstances"], instances, conditions=own)
        _acknowledge(role, "instance")

    def _managed_by(self, function: Function) -> iam.IRole:
        function.add_variable("STAGE", self._settings.stage)
        types = json.dumps([[row.bases, row.types] for row in self._settings.worker_types])
        function.add_variable("WORKER_HOURS", str(self._settings.worker_hours + WORKER_GRACE_HOURS))
        function.add_variable("WORKERS_AT_ONCE", str(self._settings.workers_at_once))
        function.add_variable("WORKER_IMAGE_PARAMETER", self._settings.worker_image_parameter)
        function.add_variable("WORKER_LAUNCH_TEMPLATE", self._template.ref)
        function.add_variable("WORKER_TYPES", types)
        role = function.grantee_role
        allow(role, ["ec2:DescribeInstances"], "*")
        reason = "EC2's descriptions know no resources, and neither do X-Ray's calls."
        acknowledge(role, reason, "AwsSolutions-IAM5[Resource::*]")
        return role

    # --- what a worker is ---

    def _instance(self) -> ec2.CfnLaunchTemplate.LaunchTemplateDataProperty:
        """Return the launch template's data.

        The launch chooses the image, the instance type and the zone. No network is named, so instances use the default VPC.
        """
        template = ec2.CfnLaunchTemplate
        spot = template.InstanceMarketOptionsProperty(
            market_type="spot",
            spot_options=template.SpotOptionsProperty(
                spot_instance_type="one-time", instance_interruption_behavior="terminate"
            ),
        )
        return template.LaunchTemplateDataProperty(
            iam_instance_profile=template.IamInstanceProfileProperty(arn=self._profile.attr_arn),
            security_group_ids=[self._group.attr_group_id],
            instance_initiated_shutdown_behavior="terminate",
            instance_market_options=spot if self._settings.worker_market == "spot" else None,
            metadata_options=template.MetadataOptionsProperty(
                http_tokens="required", http_put_response_hop_limit=1, instance_metadata_tags="enabled"
            ),
            monitoring=template.MonitoringProperty(enabled=False),
            block_device_mappings=[
                _disk(_ROOT_DEVICE, ROOT_GB),
                _disk(_SCRATCH_DEVICE, self._settings.worker_scratch_gb),
            ],
        )

    def _arn(self, resource: str, name: str, account: str | None = None) -> str:
        return Stack.of(self).format_arn(
            service="ec2",
            account=account,
            resource=resource,
            resource_name=name,
            arn_format=ArnFormat.SLASH_RESOURCE_NAME,
        )


def _disk(device: str, size_gb: int) -> ec2.CfnLaunchTemplate.BlockDeviceMappingProperty:
    volume = ec2.CfnLaunchTemplate.EbsProperty(
        volume_size=size_gb, volume_type="gp3", encrypted=True, delete_on_termination=True
    )
    return ec2.CfnLaunchTemplate.BlockDeviceMappingProperty(device_name=device, ebs=volume)


def _acknowledge(role: iam.IRole, *resources: str) -> None:
    """Acknowledge wildcards: instances and their parts have no names before they exist, so conditions narrow the grants."""
    reason = "What is started has no name yet; launch template, tags and role are conditions of the grant."
    arns = (
        f"arn:<AWS::Partition>:ec2:<AWS::Region>:{'' if resource == 'image' else '<AWS::AccountId>'}:{resource}/*"
        for resource in resources
    )
    acknowledge(role, reason, *(f"AwsSolutions-IAM5[Resource::{arn}]" for arn in arns))
