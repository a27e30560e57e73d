"""Start, list and terminate EC2 workers: instances that prepare one genome each and then terminate themselves.

An instance is identified only by its tags, from which it also reads what to prepare. No other record of it is kept.
"""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from botocore.exceptions import ClientError

from crackling.errors import CracklingError
from crackling_aws.names import CLAIM_TAG, GENOME_TAG, STAGE_TAG, WorkerTypes
from crackling_aws.parameters import MissingParameterError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mypy_boto3_ec2 import EC2Client

    from crackling_aws.parameters import Parameters

BAKE = "bake an image (workflow bake-ami, or scripts/delivery bake) and submit the job again"

_IMAGE = re.compile(r"ami-[0-9a-f]+")
_LIVE = frozenset({"pending", "running"})
# The zone does not offer the type.
_UNSUPPORTED: Final = "Unsupported"
# Another zone or instance type may have capacity.
_FULL = frozenset(
    {
        "InsufficientInstanceCapacity", "InsufficientHostCapacity", "InsufficientReservedInstanceCapacity",
        "InsufficientVolumeCapacity", "InsufficientFreeAddressesInSubnet", "InsufficientAddressCapacity",
        "SpotMaxPriceTooLow", _UNSUPPORTED,
    }
)  # fmt: skip
# Another zone does not help: the quota applies to the account and a family of instance types.
_LIMITED = frozenset({"InstanceLimitExceeded", "VcpuLimitExceeded", "MaxSpotInstanceCountExceeded"})
# The free plan refuses a type like this, and no zone helps; EC2 gives the same code to other mistakes.
_INELIGIBLE: Final = ("InvalidParameterCombination", "Free Tier")
# Retrying does not help until somebody changes the configuration.
_REMEDIES = {
    "InvalidAMIID.NotFound": BAKE,
    "InvalidAMIID.Unavailable": BAKE,
    "InvalidAMIID.Malformed": BAKE,
    "InvalidLaunchTemplateId.NotFound": "deploy CracklingStack again",
    "UnauthorizedOperation": "deploy CracklingStack again, and check the account's service control policies",
    "VPCIdNotSpecified": "create the region's default network (`aws ec2 create-default-vpc`)",
    "PendingVerification": "AWS is still verifying the account; try again in some hours",
    "OptInRequired": "subscribe the account to EC2 in this region",
}


logger = logging.getLogger(__name__)


class LaunchError(CracklingError):
    """Raised when no worker can be started until somebody changes something; the message says what."""


class NoCapacityError(LaunchError):
    """Raised when AWS has no capacity or the account's quota is used up; a later attempt may succeed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchSettings:
    """Hold the deployment's settings for workers. `types` are in ascending order of their bases; `at_once` may run."""

    stage: str
    image_parameter: str
    launch_template: str
    types: tuple[WorkerTypes, ...]
    at_once: int

    @classmethod
    def parse(
        cls, *, stage: str, image_parameter: str, launch_template: str, types: str, at_once: int
    ) -> Self:
        """Parse the settings; `types` is JSON: [[maximum of bases, [instance type, ...]], ...].

        Raises:
            ValueError: it is not.
        """
        rows = sorted(WorkerTypes(int(bases), tuple(map(str, names))) for bases, names in json.loads(types))
        return cls(
            stage=stage,
            image_parameter=image_parameter,
            launch_template=launch_template,
            types=tuple(rows),
            at_once=at_once,
        )

    def types_for(self, genome_id: str, bases: int) -> tuple[str, ...]:
        """Return the instance types for a genome of this size.

        Raises:
            LaunchError: it is larger than the table knows types for.
        """
        for max_bases, types in self.types:
            if bases <= max_bases:
                return types
        max_bases = self.types[-1].bases if self.types else 0
        raise LaunchError(
            f"{genome_id}: its {bases:,} bases are more than any configured worker can prepare ({max_bases:,}); "
            "add a larger instance type to the setting workerTypes"
        )


@dataclass(frozen=True, slots=True)
class RunningWorker:
    """Describe an instance that has not been terminated. `launched` is in seconds since the epoch."""

    instance_id: str
    genome_id: str
    claim: str
    launched: float


class Workers:
    """Start, list and terminate the workers of one stage."""

    def __init__(self, *, client: EC2Client, parameters: Parameters, settings: LaunchSettings) -> None:
        self._client = client
        self._parameters = parameters
        self._settings = settings

    def launch(self, genome_id: str, claim: str, bases: int) -> str:
        """Start a worker for a preparation and return its instance id; a repetition finds the first one's.

        Raises:
            NoCapacityError: no machine is to be had now, or as many run as may at once.
            LaunchError: something must be changed first.
        """
        types = self._settings.types_for(genome_id, bases)
        image = self._image()
        earlier = list(self._instances({f"tag:{CLAIM_TAG}": [claim]}))
        for instance in earlier:
            if instance["State"]["Name"] in _LIVE:
                return str(instance["InstanceId"])
        if len(self.running()) >= self._settings.at_once:
            raise NoCapacityError(
                f"{genome_id}: {self._settings.at_once} large genomes are being prepared on machines of their own, the most at "
                "once here; submit the job again when one of them is ready, or raise the setting workersAtOnce"
            )
        # EC2 answers a token that it knows with the first instance, even a dead one: each retry needs new ones.
        return self._first_offer(genome_id, claim, image, types, f"{claim}-{len(earlier)}")

    def running(self) -> list[RunningWorker]:
        """Return the workers of this stage that have not ended; a deployment that names no types has none."""
        if not self._settings.types:
            return []
        wanted = {f"tag:{STAGE_TAG}": [self._settings.stage], "instance-state-name": sorted(_LIVE)}
        return [_running(instance) for instance in self._instances(wanted)]

    def terminate(self, instance_id: str) -> None:
        """Terminate an instance; do nothing if it no longer exists."""
        try:
            self._client.terminate_instances(InstanceIds=[instance_id])
        except ClientError as error:
            if _code(error) != "InvalidInstanceID.NotFound":
                raise

    def _image(self) -> str:
        name = self._settings.image_parameter
        try:
            image = self._parameters.get(name)
        except MissingParameterError:
            raise LaunchError(f"No image for workers is known: {name} is not set; {BAKE}") from None
        if not _IMAGE.fullmatch(image):
            raise LaunchError(f"{name} holds {image!r}, which is no image's id; {BAKE}")
        return image

    def _first_offer(self, genome_id: str, claim: str, image: str, types: Sequence[str], token: str) -> str:
        """Try each type in each zone until one has room; a type that meets a quota is given up at once."""
        refused: dict[str, str] = {}
        for number, (kind, zone) in enumerate(self._offers(types)):
            if refused.get(kind) in _LIMITED or refused.get(kind) == _INELIGIBLE[0]:
                continue
            try:
                return self._run(genome_id, claim, image, kind, zone, f"{token}-{number}")
            except ClientError as error:
                if _code(error) not in _FULL | _LIMITED and not _ineligible(error):
                    raise _unusable(genome_id, error) from error
                # A type that one zone offers and has no room for is not unknown to the region.
                if _code(error) != _UNSUPPORTED or kind not in refused:
                    refused[kind] = _code(error)
                logger.warning(
                    "%s: no worker of type %s in %s: %s", genome_id, kind, zone or "any zone", error
                )
        raise _nothing_started(genome_id, refused)

    def _offers(self, types: Sequence[str]) -> Iterator[tuple[str, str | None]]:
        """Yield pairs of type and zone; without a zone AWS chooses one, which usually has capacity."""
        zones: list[str] = []
        for kind in types:
            yield kind, None
            zones = zones or self._zones()
            yield from ((kind, zone) for zone in zones)

    def _run(self, genome_id: str, claim: str, image: str, kind: str, zone: str | None, token: str) -> str:
        stage = self._settings.stage
        tags = {
            "Name": f"crackling-{stage}-worker",
            GENOME_TAG: genome_id,
            CLAIM_TAG: claim,
            STAGE_TAG: stage,
        }
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        request: dict[str, Any] = {
            "ImageId": image,
            "InstanceType": kind,
            "MinCount": 1,
            "MaxCount": 1,
            "ClientToken": token,
            "LaunchTemplate": {"LaunchTemplateId": self._settings.launch_template, "Version": "$Latest"},
            "TagSpecifications": [{"ResourceType": each, "Tags": listed} for each in ("instance", "volume")],
        }
        if zone:
            request["Placement"] = {"AvailabilityZone": zone}
        return self._client.run_instances(**request)["Instances"][0]["InstanceId"]

    def _zones(self) -> list[str]:
        found = self._client.describe_availability_zones(
            Filters=[
                {"Name": "state", "Values": ["available"]},
                {"Name": "zone-type", "Values": ["availability-zone"]},
            ]
        )
        return sorted(zone["ZoneName"] for zone in found["AvailabilityZones"])

    def _instances(self, filters: dict[str, list[str]]) -> Iterator[dict[str, Any]]:
        pages = self._client.get_paginator("describe_instances").paginate(
            Filters=[{"Name": name, "Values": values} for name, values in filters.items()]
        )
        for page in pages:
            for reservation in page["Reservations"]:
                yield from reservation["Instances"]  # type: ignore[misc]


def _running(instance: dict[str, Any]) -> RunningWorker:
    tags = {tag["Key"]: tag["Value"] for tag in instance["Tags"]}
    return RunningWorker(
        instance_id=instance["InstanceId"],
        genome_id=tags.get(GENOME_TAG, ""),
        claim=tags.get(CLAIM_TAG, ""),
        launched=instance["LaunchTime"].timestamp(),
    )


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]


def _unusable(genome_id: str, error: ClientError) -> Exception:
    """Explain a refusal that somebody can remedy; pass on any other error, because it may be temporary."""
    code = _code(error)
    if code in _REMEDIES:
        return LaunchError(f"{genome_id}: its worker was not started ({code}); {_REMEDIES[code]}")
    if code.startswith(("Invalid", "Missing")):
        return LaunchError(f"{genome_id}: its worker was not started ({code}); check the setting workerTypes")
    return error


def _ineligible(error: ClientError) -> bool:
    code, words = _INELIGIBLE
    return _code(error) == code and words in error.response["Error"].get("Message", "")


def _nothing_started(genome_id: str, refused: dict[str, str]) -> LaunchError:
    """Explain why no type could be started; `refused` are the types with EC2's last error codes."""
    tried, codes = ", ".join(refused), set(refused.values())
    if codes <= _LIMITED:
        return NoCapacityError(
            f"{genome_id}: the account's quota for instances of type {tried} is used up; wait until other "
            "preparations have ended, or raise the quota (Service Quotas: EC2, running instances)"
        )
    if codes == {_INELIGIBLE[0]}:
        return LaunchError(
            f"{genome_id}: the account is on AWS's free plan, which refuses instances of type {tried}; upgrade it to the "
            "paid plan (Billing, the credits stay), or prepare a smaller genome, which needs no worker"
        )
    if codes == {_UNSUPPORTED}:
        return LaunchError(
            f"{genome_id}: no zone of this region offers instances of type {tried}; name types that it offers in the "
            "setting workerTypes (`scripts/delivery preflight` lists those that it lacks)"
        )
    return NoCapacityError(
        f"{genome_id}: AWS has no free machine of the size that it needs now ({tried}, in every zone); "
        "submit the job again later, or add other types to the setting workerTypes"
    )
