"""What the queues carry. A message only names the work: whoever gets it reads the facts from the tables."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import TypeVar


class MessageError(Exception):
    """A queue holds a body that is no message of its kind."""


@dataclass(frozen=True, slots=True)
class PrepareGenome:
    """To the downloader and the index builders: do your part of the preparation that owns `claim`."""

    genome: str
    claim: str


@dataclass(frozen=True, slots=True)
class ScanJob:
    """To the target scan: find the sites of the job's query."""

    job_id: str


@dataclass(frozen=True, slots=True)
class ScoreChunk:
    """To consensus and off-target: score a chunk of a job."""

    job_id: str
    chunk: int


Message = PrepareGenome | ScanJob | ScoreChunk
M = TypeVar("M", bound=Message)


def dump(message: Message) -> str:
    return json.dumps(asdict(message))


def parse(kind: type[M], body: str) -> M:
    """The message in a body.

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
