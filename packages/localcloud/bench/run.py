"""Measure time and cost of jobs: `python packages/localcloud/bench/run.py [--quick] [--json FILE]`.

Deploys to the local cloud, prepares a synthetic genome of 12 Mb, submits each query twice, and prints one table.
docs/costs.md says what the figures mean. --quick: a smaller genome and the two smaller queries.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import prices
from genome import Genome
from jobs import Bench
from local_stage import deployed, preload, say
from report import Measured, print_table, size

GENOME = "bench"
QUERIES = (1_000, 10_000, 100_000, 1_000_000)
MEGABASES, QUICK_MEGABASES = 12, 2


def measure(queries: tuple[int, ...], megabases: int) -> list[Measured]:
    """Run each query twice. Jobs run one after another, so that everything billed meanwhile belongs to them."""
    genome = Genome(megabases)
    with deployed(0) as deployment, tempfile.TemporaryDirectory() as folder:
        fasta = Path(folder) / "genome.fa"
        genome.write(fasta)
        preload(deployment.api, GENOME, "Synthetic", fasta)
        bench = Bench(deployment.cloud, deployment.api, GENOME)
        results = []
        for bases in queries:
            say(f"{size(bases)} twice ...")
            query = genome.piece(bases)
            results.append(Measured(first=bench.run(query), warm=bench.run(query)))
        return results


def describe_machine() -> str:
    return f"{os.cpu_count()} CPUs ({platform.machine()}), Python {platform.python_version()}"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a genome of 2 Mb, queries of 1 kb and 10 kb")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures of both runs as well")
    options = parser.parse_args()
    queries, megabases = (QUERIES[:2], QUICK_MEGABASES) if options.quick else (QUERIES, MEGABASES)
    results = measure(queries, megabases)
    date, machine = f"{datetime.now(UTC):%Y-%m-%d}", describe_machine()
    print_table(
        results,
        f"Jobs on the local cloud, genome of {megabases} Mb; {date}, {machine}; prices of {prices.DATE}",
    )
    if options.json:
        figures = {"date": date, "machine": machine, "prices": prices.DATE, "megabases": megabases}
        rows = [dataclasses.asdict(result) for result in results]
        options.json.write_text(json.dumps({**figures, "queries": rows}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
