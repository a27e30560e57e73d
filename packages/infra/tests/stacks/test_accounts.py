"""Test that each deployment keeps within what its kind of account allows."""

from __future__ import annotations

import pytest

from crackling_aws.names import LAMBDA_LIMITS, MIN_CONCURRENCY
from templates import Synthesise, Template, target

FUNCTION, SOURCE = "AWS::Lambda::Function", "AWS::Lambda::EventSourceMapping"


@pytest.fixture(scope="module", params=list(LAMBDA_LIMITS))
def account(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def stack(account: str, synthesise: Synthesise) -> Template:
    return synthesise(account=account, mailDomains="example.org")[0]


def concurrency(stack: Template) -> dict[str, int]:
    """Return how many invocations each queue may cause at a time, by the function that it feeds."""
    return {
        target(source["FunctionName"]): source["ScalingConfig"]["MaximumConcurrency"]
        for source in stack.of(SOURCE).values()
        if "ScalingConfig" in source
    }


def test_no_function_has_more_memory_than_the_account_allows(account: str, stack: Template) -> None:
    memory = {name: function.get("MemorySize", 128) for name, function in stack.of(FUNCTION).items()}
    assert len(memory) > 10
    assert max(memory.values()) == LAMBDA_LIMITS[account].memory_mib


def test_no_more_is_reserved_than_the_account_has(account: str, stack: Template) -> None:
    reserved = [f.get("ReservedConcurrentExecutions", 0) for f in stack.of(FUNCTION).values()]
    assert sum(reserved) <= LAMBDA_LIMITS[account].reservable


@pytest.mark.parametrize("phase", ["Preparation", "Pipeline"])
def test_preparing_genomes_or_running_jobs_leaves_the_api_and_the_scheduler_room(
    account: str, stack: Template, phase: str
) -> None:
    """Lambda accepts no less than two for a queue, so that in a new account all together may exceed the ten: both, and lists of
    off-targets beside them."""
    others = {stack.function_id("api"), stack.function_id("reaper"), "a reader of new jobs", "of new genomes"}
    queues = {name: most for name, most in concurrency(stack).items() if name.startswith(phase)}
    assert len(queues) == 3
    assert sum(queues.values()) + len(others) <= LAMBDA_LIMITS[account].concurrency


def test_a_new_account_gets_the_least_that_lambda_accepts(synthesise: Synthesise) -> None:
    new, _ = synthesise()
    assert set(concurrency(new).values()) == {MIN_CONCURRENCY}


def test_all_queues_together_fit_into_an_established_account(synthesise: Synthesise) -> None:
    established, _ = synthesise(account="established")
    assert sum(concurrency(established).values()) <= LAMBDA_LIMITS["established"].concurrency // 10
