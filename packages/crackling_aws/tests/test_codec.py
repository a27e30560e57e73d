from __future__ import annotations

import inspect
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crackling_aws.codec import attributes, from_item, to_item
from crackling_aws.models import chunks, genomes, jobs
from crackling_aws.models.genomes import Genome, GenomeState, Source

MODELS: list[Any] = [
    found
    for module in (jobs, genomes, chunks)
    for _, found in inspect.getmembers(module, is_dataclass)
    if found.__module__ == module.__name__
]
# DynamoDB has no negative zero, to which adding 0.0 makes a difference.
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False).map(lambda x: x + 0.0))


def as_returned(attribute: dict[str, Any]) -> dict[str, Any]:
    """Return an attribute as DynamoDB answers with it: numbers without a needless point."""
    ((kind, value),) = attribute.items()
    if kind == "N":
        return {"N": value.removesuffix(".0")}
    return {"L": [as_returned(part) for part in value]} if kind == "L" else attribute


def typed(value: Any) -> object:
    """Return a value with the types of all its parts: 2 equals 2.0."""
    if is_dataclass(value):
        return type(value), [typed(getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, tuple):
        return type(value), [typed(part) for part in value]
    return type(value), value


def test_every_model_is_tested() -> None:
    assert {model.__name__ for model in MODELS} >= {"Job", "Chunk", "Genome"}


@pytest.mark.parametrize("model", MODELS)
@settings(deadline=None)  # the first example derives the fields of the model
@given(data=st.data())
def test_a_model_reads_back_as_it_was_stored(model: type[Any], data: st.DataObject) -> None:
    stored = data.draw(st.from_type(model))
    item = {name: as_returned(attribute) for name, attribute in to_item(stored).items()}
    found = from_item(model, item)
    assert found == stored
    assert typed(found) == typed(stored)


def test_what_an_item_lacks_takes_its_default_and_what_it_has_besides_is_ignored() -> None:
    genome = Genome(genome_id="g", state=GenomeState.READY, source=Source.UPLOAD, created=1.0, updated=2.0)
    item = {name: to_item(genome)[name] for name in ("genomeId", "state", "source", "created", "updated")}
    assert from_item(Genome, {**item, "expires": {"N": "9"}}) == genome


@dataclass(frozen=True)
class Old:
    part: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    name: str
    size: int = 7


@dataclass(frozen=True)
class New:
    part: Part


def test_a_field_may_be_added_to_the_end_of_what_a_model_contains() -> None:
    assert from_item(New, to_item(Old(("a",)))) == New(Part("a", 7))


def test_what_is_none_or_an_empty_set_has_no_attribute() -> None:
    assert attributes(Genome, name=None, done=frozenset(), attempts=0) == {"attempts": {"N": "0"}}


@dataclass(frozen=True)
class Unknown:
    anything: dict[str, str]


def test_a_type_that_cannot_be_stored_is_named() -> None:
    with pytest.raises(TypeError, match="dict"):
        to_item(Unknown({}))
