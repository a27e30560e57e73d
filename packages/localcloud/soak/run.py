"""Disturb the local cloud under load: `python packages/localcloud/soak/run.py [--jobs N] [--minutes M] [--seed S]`.

Deploys to the local cloud, prepares genomes, and submits jobs evenly for some minutes while processes of functions are killed and
index files are damaged at random. Each result is then compared with that of the library. Prints how long jobs took, and how many
were lost, doubled, wrong or stuck. The exit code is 0 only if none was. docs/reliability.md has figures.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from chaos import Chaos
from local_stage import deployed, preload, say
from traffic import SoakGenome, Traffic
from verdict import Verdict

GENOMES = 5
SETTLING_SECONDS = 400  # after the last submission
KILLS_EVERY_SECONDS, DAMAGE_EVERY_SECONDS = 3.0, 40.0


def soak(jobs: int, seconds: float, seed: int) -> Verdict:
    """Submit the jobs, disturb them, wait for their ends, and assess them."""
    with tempfile.TemporaryDirectory() as folder, deployed(0) as deployment:
        genomes = [SoakGenome.make(Path(folder), number, seed) for number in range(GENOMES)]
        for genome in genomes:
            preload(deployment.api, genome.genome_id, "Random", genome.fasta)
        traffic = Traffic(deployment.api, genomes, seed)
        chaos = Chaos(deployment.cloud, [genome.genome_id for genome in genomes], seed)
        over = threading.Event()
        disturber = threading.Thread(
            target=chaos.run, args=(over, KILLS_EVERY_SECONDS, DAMAGE_EVERY_SECONDS), daemon=True
        )
        disturber.start()
        start = time.monotonic()
        say(f"{jobs} jobs in {seconds:.0f} s ...")
        traffic.submit(jobs, seconds)
        over.set()
        disturber.join()
        say(f"submitted; waiting for the last, at most {SETTLING_SECONDS} s ...")
        traffic.wait(SETTLING_SECONDS)
        traffic.compare()
        return Verdict.of(traffic.jobs, chaos, time.monotonic() - start, deployment.cloud)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=200, help="how many to submit (default: 200)")
    parser.add_argument("--minutes", type=float, default=3.0, help="time to submit them in (default: 3)")
    parser.add_argument(
        "--seed", type=int, default=1, help="of genomes, queries and disturbances (default: 1)"
    )
    options = parser.parse_args()
    verdict = soak(options.jobs, options.minutes * 60, options.seed)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        f"{datetime.now(UTC):%Y-%m-%d}, seed {options.seed}\n{verdict}\nmemory {peak:,.0f} MiB\n"
    )
    return 0 if verdict.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
