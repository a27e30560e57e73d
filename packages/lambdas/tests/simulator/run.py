from __future__ import annotations

import random
import uuid
from contextlib import ExitStack
from typing import TYPE_CHECKING
from unittest import mock

from simulator.checks import check, check_progress
from simulator.scenario import Scenario
from simulator.world import World

if TYPE_CHECKING:
    from pathlib import Path


def run_seed(seed: int, scratch: Path, rate: float | None = None) -> Scenario:
    """Run a world to its end and check it. The same seed gives the same world; `rate` is its share of calls that fail."""
    rng = random.Random(-seed)
    with (
        ExitStack() as stack,
        mock.patch("uuid.uuid4", side_effect=lambda: uuid.UUID(int=rng.getrandbits(128), version=4)),
        mock.patch("crackling_aws.stores.dynamo.CONFLICT_DELAY_SECONDS", 0),
    ):
        scenario = Scenario(World(seed, scratch, rate), rng)
        beating = mock.patch("crackling_lambdas.runtime.hold.beating", scenario.world.beating)
        stack.enter_context(beating)
        scenario.plan()
        try:
            scenario.world.run(at_rest=lambda: check_progress(scenario))
            check(scenario)
        except AssertionError as failure:
            failure.add_note(f"seed {seed}")
            raise
    return scenario
