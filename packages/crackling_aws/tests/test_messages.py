from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackling_aws.messages import MessageError, PrepareGenome, ScanJob, ScoreChunk, dump, parse

if TYPE_CHECKING:
    from crackling_aws.messages import Message

MESSAGES = st.one_of(
    st.builds(PrepareGenome, st.text(), st.text()),
    st.builds(ScanJob, st.text()),
    st.builds(ScoreChunk, st.text(), st.integers()),
)


@given(MESSAGES)
def test_a_message_survives_its_queue(message: Message) -> None:
    assert parse(type(message), dump(message)) == message


@given(st.one_of(st.text(), st.binary().map(repr)))
def test_anything_else_is_refused(body: str) -> None:
    for kind in (PrepareGenome, ScanJob, ScoreChunk):
        with pytest.raises(MessageError, match=kind.__name__):
            parse(kind, body)


@pytest.mark.parametrize(
    "body",
    [
        '{"job_id": "j"}',
        '{"job_id": "j", "chunk": "1"}',
        '{"job_id": "j", "chunk": true}',
        '{"job_id": "j", "chunk": 1, "x": 2}',
    ],
)
def test_fields_are_exact(body: str) -> None:
    with pytest.raises(MessageError, match="exactly job_id, chunk"):
        parse(ScoreChunk, body)
