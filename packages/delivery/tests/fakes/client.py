from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.exceptions import ClientError, ParamValidationError
from botocore.validate import ParamValidator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from botocore.model import ServiceModel

PAGE = 2  # small, so that every caller meets a second page


class FakeClock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float, /) -> None:
        self.now += seconds


@cache
def service_model(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


@cache
def _paged(service: str, operation: str) -> str:
    """The part of an operation's answer that comes in pages."""
    model = botocore.session.get_session().get_paginator_model(service)
    keys = model.get_paginator(operation)["result_key"]
    return keys if isinstance(keys, str) else str(keys[0])


def refusal(code: str, operation: str, message: str = "as a test wants it") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


class FakeClient:
    """A client whose operations are the methods `_operation_name(**parameters)` of its subclass.

    `meddle` is called before and after each operation with its name and "before" or "after"; it may raise.
    """

    service: str

    def __init__(self, meddle: Callable[[str, str], None]) -> None:
        self._meddle = meddle

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda **parameters: self._call(name, parameters)

    def get_paginator(self, name: str) -> _Paginator:
        return _Paginator(self, name, _paged(self.service, operation_of(name)))

    def _call(self, name: str, parameters: dict[str, Any]) -> Any:
        operation = service_model(self.service).operation_model(operation_of(name))
        self._hold_against(operation.input_shape, parameters)
        self._meddle(name, "before")
        answer = getattr(self, f"_{name}")(**parameters) or {}
        if operation.output_shape is not None:
            self._hold_against(operation.output_shape, answer)
        self._meddle(name, "after")
        return answer

    @staticmethod
    def _hold_against(shape: Any, value: dict[str, Any]) -> None:
        report = ParamValidator().validate(value, shape)
        if report.has_errors():
            raise ParamValidationError(report=report.generate_report())
        unknown = set(value) - set(shape.members if shape is not None else ())
        if unknown:
            raise ParamValidationError(report=f"unknown: {unknown}")


class _Paginator:
    def __init__(self, client: FakeClient, name: str, key: str) -> None:
        self._client, self._name, self._key = client, name, key

    def paginate(self, **parameters: Any) -> Iterator[dict[str, Any]]:
        whole = getattr(self._client, self._name)(**parameters)[self._key]
        for start in range(0, max(len(whole), 1), PAGE):
            yield {self._key: whole[start : start + PAGE]}


def operation_of(name: str) -> str:
    return re.sub(r"(?:^|_)([a-z])", lambda found: found[1].upper(), name)
