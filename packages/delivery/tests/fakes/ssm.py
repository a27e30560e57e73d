from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fakes.client import FakeClient, FakeClock, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

VALIDATION = 15.0


@dataclass(frozen=True)
class Written:
    value: str
    version: int
    at: float
    is_image: bool


class FakeSSM(FakeClient):
    """Answers a put of an image before it has looked at the image, and forgets a bad one without a word."""

    service = "ssm"

    def __init__(
        self, clock: FakeClock, image_state: Callable[[str], str | None], meddle: Callable[[str, str], None]
    ) -> None:
        super().__init__(meddle)
        self.clock, self._image_state = clock, image_state
        self._written: dict[str, list[Written]] = {}
        # Once accepted, a version stays, whatever becomes of its image.
        self._last_accepted: dict[str, int] = {}

    def _put_parameter(
        self,
        Name: str,
        Value: str,
        Type: str,
        DataType: str = "text",
        Overwrite: bool = False,
        Description: str = "",
    ) -> dict[str, Any]:
        before = self._written.setdefault(Name, [])
        if self._accepted(Name) and not Overwrite:
            raise refusal("ParameterAlreadyExists", "PutParameter")
        is_image = DataType == "aws:ec2:image"
        if before and before[-1].is_image != is_image:
            raise refusal("ValidationException", "PutParameter", "the data type cannot be changed")
        # A version that is not accepted is not used up.
        version = max([one.version for one in self._accepted(Name)], default=0) + 1
        before.append(Written(Value, version, self.clock.now, is_image))
        return {"Version": version, "Tier": "Standard"}

    def _accepted(self, name: str) -> list[Written]:
        return [
            one
            for one in self._written.get(name, [])
            if not one.is_image
            or (self.clock.now >= one.at + VALIDATION and self._image_state(one.value) == "available")
            or one.version < self._last_accepted.get(name, 0)
        ]

    def _seen(self, name: str) -> list[Written]:
        found = self._accepted(name)
        if found:
            self._last_accepted[name] = found[-1].version + 1
        return found

    def _get_parameter(self, Name: str) -> dict[str, Any]:
        found = self._seen(Name)
        if not found:
            raise refusal("ParameterNotFound", "GetParameter")
        return {"Parameter": {"Name": Name, "Value": found[-1].value, "Version": found[-1].version}}

    def _get_parameter_history(self, Name: str) -> dict[str, Any]:
        found = self._seen(Name)
        if not found:
            raise refusal("ParameterNotFound", "GetParameterHistory")
        return {"Parameters": [{"Name": Name, "Value": one.value, "Version": one.version} for one in found]}

    def _describe_parameters(self, ParameterFilters: list[dict[str, Any]]) -> dict[str, Any]:
        (path,) = ParameterFilters
        assert (path["Key"], path["Option"]) == ("Path", "Recursive")
        names = [
            name for name in self._written if name.startswith(path["Values"][0] + "/") and self._seen(name)
        ]
        return {"Parameters": [{"Name": name} for name in names]}
