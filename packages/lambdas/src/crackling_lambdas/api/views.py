"""Define what all views of the API share: the base of their models, times and problems."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class View(BaseModel):
    """Provide the base of all views: camelCase names outside, and no unknown fields."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")


SharedField = Annotated[
    bool,
    Field(
        strict=True,
        description="Whether users other than its owner may read it. Without an owner, where nobody signs in, everybody may.",
    ),
]


class Sharing(View):
    """Share what you own with other users, or no longer."""

    shared: SharedField


def to_datetime(seconds: float) -> datetime:
    """Return a time as the API shows it."""
    return datetime.fromtimestamp(seconds, UTC)


@dataclass(frozen=True)
class FieldError:
    """Tell what is wrong with one part of a request."""

    field: str
    message: str


class Problem(BaseModel):
    """Problem details (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldError] | None = None
