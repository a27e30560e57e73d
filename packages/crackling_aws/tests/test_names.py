from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackling_aws import names


@given(st.from_regex(names.STAGE, fullmatch=True).filter(names.is_stage))
def test_the_stage_can_be_told_from_its_image_parameter_and_from_no_other(stage: str) -> None:
    assert names.stage_of_image_parameter(names.image_parameter(stage)) == stage
    assert names.stage_of_image_parameter(names.settings_parameter(stage)) is None


@pytest.mark.parametrize(
    ("stage", "kind", "disposable"),
    [
        ("prod", "prod", False),
        ("pr-12", "pr", True),
        ("local", "local", True),
        ("production", "production", False),
    ],
)
def test_kinds_of_stages(stage: str, kind: str, disposable: bool) -> None:
    assert names.is_stage(stage)
    assert names.kind_of(stage) == kind
    assert names.is_disposable(stage) is disposable


def test_the_tags_of_a_boot_test_are_not_those_of_a_worker() -> None:
    workers = {names.GENOME_TAG, names.CLAIM_TAG, names.STAGE_TAG}
    images = {names.IMAGE_TAG, names.DIGEST_TAG, names.TESTED_TAG, names.BOOT_TEST_TAG}
    assert len(workers | images) == 7
