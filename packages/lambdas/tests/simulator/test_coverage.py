"""Check that the worlds exercise every fault, and that jobs end in every way."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from fakes.known import known
from simulator import checks, faults, scenario
from simulator.run import run_seed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SEEDS = 310
TROUBLED = 0.25


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count the outcomes of calls."""
    counts: Counter[str] = Counter()
    call = faults.Faults.call

    def counting_call(self: Any, operation: str, function: Callable[[], Any], request: dict[str, Any]) -> Any:
        try:
            return call(self, operation, function, request)
        except BaseException as error:
            counts[f"{type(error).__name__} {getattr(error, 'operation_name', '')}".strip()] += 1
            raise

    monkeypatch.setattr(faults.Faults, "call", counting_call)
    return counts


def test_everything_happens(seen: Counter[str], scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for late in ("_check_retired", "_check_expired"):  # which let all jobs expire
        monkeypatch.setattr(checks, late, lambda _: None)
    ends: Counter[str] = Counter()
    for seed in range(SEEDS):
        # Records of a stream are given up only where many calls fail.
        world = run_seed(seed, scratch, None if seed % 10 else TROUBLED).world
        for queue in world.queues.values():
            ends["dead"] += len(queue.dead)
            ends["exhausted"] += len(queue.exhausted)
        for name, stream in world.streams.items():
            ends[f"given up {name}"] += len(stream.given_up)
        ends["emailed"] += len(set(world.emails))
        ends["emailed again"] += len(world.emails) - len(set(world.emails))
        ends["worker died"] += len(world.fleet.deaths)
        ends["NCBI out of reach"] += len(world.ncbi.trouble)
        for key in world.dynamodb.tables["jobs"]:
            job = known(scenario.jobs(world).get(key[0]))
            ends[job.status] += 1
            ends["guides"] += job.guides or 0
            if job.region is not None:
                ends[f"region {job.status}"] += 1
                ends["guides of regions"] += job.guides or 0
        for genome in scenario.genomes(world).list():
            ends[f"genome {genome.state}"] += 1
            ends[f"{genome.venue} {genome.state}"] += 1
            ends["handed over"] += genome.attempts
    for kind in ("Killed", "ConnectionClosedError", "ClientError put_item", "ClientError TransactWriteItems"):
        assert seen[kind] > 5, kind
    for end in (
        "dead", "exhausted", "given up jobs", "complete", "failed", "genome ready", "genome failed",
        "lambda ready", "lambda failed", "worker ready", "worker failed", "None failed",
        "region complete", "region failed", "guides of regions",
        "worker died", "handed over", "NCBI out of reach",
        "emailed", "emailed again", "given up email",
    ):  # fmt: skip
        assert ends[end] > 0, end
    assert ends["complete"] > SEEDS
    assert ends["guides"] > 5 * SEEDS
