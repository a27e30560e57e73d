"""Define what preflight finds about an account, and write the text that reports it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Level(enum.Enum):
    """Say how a finding bears on the deployment."""

    OK = "ok"
    UNKNOWN = "unknown"
    WARNING = "warning"
    FAILURE = "FAILS"


@dataclass(frozen=True)
class Finding:
    """The answer to one question: what it is about, what was found, what to do, and AWS's page about it."""

    level: Level
    about: str
    told: str
    remedy: str = ""
    link: str = ""


def table(findings: Sequence[Finding]) -> str:
    """Return the findings as text: a line for each, and below it what to do and where to read about it."""
    width = max((len(one.about) for one in findings), default=0)
    lines = []
    for one in findings:
        lines.append(f"{one.level.value:<8} {one.about:<{width}}  {one.told}")
        margin = " " * (width + 11)
        lines += [margin + text for text in (one.remedy, one.link) if text]
    return "".join(f"{line}\n" for line in lines)
