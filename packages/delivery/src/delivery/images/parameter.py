"""Read and write the SSM parameter that names the image of a stage's workers. The scheduler reads it too.

Its history, of which SSM keeps the last 100 versions, is the record of promotions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from botocore.exceptions import ClientError

from crackling_aws.names import image_parameter
from delivery.program import DeliveryError
from delivery.waiting import SYSTEM_CLOCK, Clock, error_code, wait_until, with_retries

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

IMAGE_TYPE = "aws:ec2:image"
VALIDATION_SECONDS = 180.0


class Version(NamedTuple):
    number: int
    image: str


@dataclass(frozen=True)
class ImageParameter:
    ssm: SSMClient
    stage: str
    clock: Clock = SYSTEM_CLOCK

    @property
    def name(self) -> str:
        return image_parameter(self.stage)

    def history(self) -> list[Version]:
        """Return every version that SSM still has, the oldest first; none if there is no such parameter."""
        return with_retries(self._history, self.name, clock=self.clock)

    def put(self, image: str) -> int:
        """Write the id of another image, wait until it can be read, and return its version.

        SSM answers before it has validated the image, and silently discards the value if the validation fails.

        Raises:
            DeliveryError: SSM discarded the value: there is no such image, or this account may not use it.
        """
        answer = with_retries(lambda: self._put(image), self.name, clock=self.clock)
        try:
            wait_until(
                lambda: self._arrived(Version(answer, image)),
                self.name,
                seconds=VALIDATION_SECONDS,
                clock=self.clock,
            )
        except DeliveryError as error:
            raise DeliveryError(
                f"{self.name} did not become {image}: SSM found no such image, or this account may not use it; "
                f"the previous value stays ({error})"
            ) from error
        return answer

    def _put(self, image: str) -> int:
        return self.ssm.put_parameter(
            Name=self.name,
            Value=image,
            Type="String",
            DataType=IMAGE_TYPE,
            Overwrite=True,
            Description="The image that workers start from; written by scripts/delivery promote",
        )["Version"]

    def _arrived(self, wanted: Version) -> bool | None:
        try:
            found = self.ssm.get_parameter(Name=self.name)["Parameter"]
        except ClientError as error:
            if error_code(error) == "ParameterNotFound":
                return None
            raise
        return True if Version(found["Version"], found["Value"]) == wanted else None

    def _history(self) -> list[Version]:
        try:
            pages = self.ssm.get_paginator("get_parameter_history").paginate(Name=self.name)
            found = [
                Version(entry["Version"], entry["Value"]) for page in pages for entry in page["Parameters"]
            ]
        except ClientError as error:
            if error_code(error) == "ParameterNotFound":
                return []
            raise
        return sorted(found)
