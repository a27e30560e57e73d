"""Define the messages in the queues. A message only names the work; its consumer reads the details from the tables."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import TypeVar


class MessageError(Exception):
    """Raised when the body of a message is not valid for its queue."""


@dataclass(frozen=True, slots=True)
class PrepareGenome:
    """Ask the downloader or an index builder to do its part of the preparation that owns `claim`."""

    genome_id: str
    claim: str


@dataclass(frozen=True, slots=True)
class ScanJob:
    """Ask the target scan to find the sites of the job's query."""

    job_id: str


@dataclass(frozen=True, slots=True)
class ScoreChunk:
    """Ask consensus or off-target to score a chunk of a job."""

    job_id: str
    chunk: int


@dataclass(frozen=True, slots=True)
class ListOffTargets:
    """Ask for the list of the off-targets of a job's target, whose numbers begin at 1."""

    job_id: str
    number: int


Message = PrepareGenome | ScanJob | ScoreChunk | ListOffTargets
M = TypeVar("M", bound=Message)


def dump(message: Message) -> str:
    return json.dumps(asdict(message))


def parse(kind: type[M], body: str) -> M:
    """Return the message that a body holds.

    Raises:
        MessageError: the body is not JSON, or not exactly the fields of `kind` with their types.
    """
    try:
        facts = json.loads(body)
    except ValueError:
        facts = None
    types = {"str": str, "int": int}
    wanted = {field.name: types[str(field.type)] for field in fields(kind)}
    if not isinstance(facts, dict) or {name: type(value) for name, value in facts.items()} != wanted:
        raise MessageError(f"Not a {kind.__name__} message; it holds exactly {', '.join(wanted)}")
    return kind(**facts)
