"""Write what strangers can make a day cost at most into docs/costs.md; with `--check`, fail if it says something else.

The figures follow from the default settings, the prices, and what docs/costs.md has measured.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import prices
from crackling_infra.constructs.functions import ONE_CPU_MIB
from crackling_infra.settings import ROOT_GB, Settings, read_settings
from localcloud.metering import Charge

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE: Final = Path(__file__).resolve().parents[3] / "docs" / "costs.md"
BEGIN, END = "<!-- strangers -->\n", "<!-- end of strangers -->\n"
ACCOUNTS: Final = ("new", "established")
DAY_SECONDS, HOURS_A_MONTH, DAYS_A_MONTH = 86_400, 730, 30
GB: Final = 1e9
MIB_A_GB: Final = 1024  # as Lambda counts
# The worst that a request, a query and a preparation can be.
GUIDES_A_BASE: Final = 1  # each base may begin or end one PAM, not two
ATTEMPTS, TIMEOUT_SECONDS = 4, 15 * 60  # of each step of a preparation
STORED_BYTES_A_BASE: Final = 8  # see workerScratchGb
ANNOTATION_BYTES: Final = 500_000_000
READ_UNITS: Final = 20  # a page of 1,000 targets, or a list of 160 genomes
LOGGED_BYTES: Final = 2_000  # of a request, by the gateway and by the function
SMALL_ANSWER_BYTES: Final = 10_000  # which do not count as downloads
_ROW = re.compile(r"^\| [\d,]+ [kM]b \|(.*)\|$", re.MULTILINE)


@dataclass(frozen=True)
class Measured:
    """Hold the dollars of a small job, and of a guide where it cost most."""

    job: float
    guide: float


def measured(page: str) -> Measured:
    rows = [[cell.strip() for cell in row.split("|")] for row in _ROW.findall(page)]
    small, *larger = rows
    return Measured(job=float(small[6]), guide=max(float(row[7]) for row in larger) / 1000)


def costs(settings: Settings, known: Measured) -> Iterator[tuple[str, float]]:
    """Yield what strangers may use in a day, and its dollars."""
    caps = {cap.key: limit for cap, limit in settings.caps.items()}
    requests = settings.throttle_rate * DAY_SECONDS
    at_once = settings.reserved_concurrency or settings.lambda_limits.concurrency
    a_request = prices.API_REQUEST + prices.CLOUDFRONT_REQUEST + prices.LAMBDA_REQUEST
    yield f"{settings.throttle_rate} requests a second", requests * a_request
    yield f"{at_once} invocations of `api` at a time", at_once * DAY_SECONDS * _second(ONE_CPU_MIB)
    yield "their reads of tables", requests * READ_UNITS * prices.SERVICES[Charge.DYNAMODB_READ]
    yield "their logs", requests * LOGGED_BYTES * prices.LOG_BYTE
    guides = caps["dailyBases"] * GUIDES_A_BASE
    yield (
        f"{caps['dailyJobs']:,} jobs of {caps['dailyBases']:,} bases",
        caps["dailyJobs"] * known.job + guides * known.guide,
    )
    memory = min(10_240, settings.lambda_limits.memory_mib)
    yield (
        f"{caps['dailyPreparations']} preparations of genomes",
        caps["dailyPreparations"] * ATTEMPTS * TIMEOUT_SECONDS * (_second(ONE_CPU_MIB) + _second(memory)),
    )
    yield (
        f"{settings.daily_worker_hours} hours of machines",
        settings.daily_worker_hours * _worker_hour(settings),
    )
    stored = caps["dailyUploads"] * (settings.upload_limit_bytes + ANNOTATION_BYTES)
    yield (
        f"{caps['dailyUploads']} uploads of {settings.upload_limit_bytes / GB:.1f} GB, kept for {settings.upload_days} days",
        stored * settings.upload_days / GB * _stored_day(),
    )
    genomes = caps["dailyPreparations"] * settings.lambda_limit_bases * STORED_BYTES_A_BASE
    yield (
        f"{caps['dailyPreparations']} genomes of {settings.lambda_limit_bases:,} bases, for a day",
        genomes / GB * _stored_day(),
    )
    yield (
        f"{caps['dailyDownloadGb']:,} GB of downloads",
        caps["dailyDownloadGb"] * prices.TRANSFER_GB,
    )
    yield "small answers to all requests", requests * SMALL_ANSWER_BYTES / GB * prices.TRANSFER_GB


def _second(memory_mib: int) -> float:
    return memory_mib / MIB_A_GB * prices.LAMBDA_GB_SECOND


def _stored_day() -> float:
    """Return the dollars of a stored GB for a day."""
    return prices.STORED_GB_MONTH / DAYS_A_MONTH


def _worker_hour(settings: Settings) -> float:
    """Return the dollars of an hour of the most expensive preferred machine, with its volumes and its address."""
    machine = max(prices.INSTANCE_HOUR[row.types[0]] for row in settings.worker_types)
    volumes = (settings.worker_scratch_gb + ROOT_GB) * prices.VOLUME_GB_MONTH / HOURS_A_MONTH
    return machine + volumes + prices.ADDRESS_HOUR


def table(page: str) -> str:
    known = measured(page)
    accounts = [list(costs(read_settings({"account": account}.get, Path()), known)) for account in ACCOUNTS]
    lines = [
        "| A new account | Dollars a day | An established account | Dollars a day |",
        "|---|---:|---|---:|",
    ]
    for (what, dollars), (other, more) in zip(*accounts, strict=True):
        lines.append(f"| {what} | {dollars:.2f} | {'the same' if other == what else other} | {more:.2f} |")
    sums = [sum(dollars for _, dollars in rows) for rows in accounts]
    lines.append(f"| **Sum** | **{sums[0]:.0f}** | | **{sums[1]:.0f}** |")
    return "\n".join(lines) + "\n"


def with_table(page: str) -> str:
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}{table(page)}{END}{after}"


def main(arguments: list[str]) -> int:
    page = PAGE.read_text("utf-8")
    current = with_table(page)
    if arguments == ["--check"]:
        return 0 if page == current else 1
    PAGE.write_text(current, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
