"""What may differ from one deployment to the next: typed, from the CDK's context, with defaults.

Every key can be given by `-c key=value` or in cdk.json. Nothing is read from the environment.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from aws_cdk.aws_logs import RetentionDays

from crackling.ncbi import NCBI_URL
from crackling_aws import names
from crackling_aws.names import WorkerTypes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Architecture = Literal["x86_64", "arm64"]
LAYERS: Final = ("crackling", "runtime", "viennarna", "bowtie2")
# CloudWatch Logs accepts certain numbers of days only; the CDK has a name for each.
RETENTION: Final = {
    1: RetentionDays.ONE_DAY,
    7: RetentionDays.ONE_WEEK,
    14: RetentionDays.TWO_WEEKS,
    30: RetentionDays.ONE_MONTH,
    90: RetentionDays.THREE_MONTHS,
    180: RetentionDays.SIX_MONTHS,
    365: RetentionDays.ONE_YEAR,
}
# What a function can index in its time, memory and scratch, by whether it builds bowtie2's index too (docs/performance.md).
LAMBDA_LIMIT_BASES: Final = {"on": 700_000_000, "off": 3_300_000_000}
ROOT_GB: Final = 8  # of the machine that images are made from, and so of the workers


class SettingsError(ValueError):
    """A setting is missing or unusable; the message names its context key and what would do."""


@dataclass(frozen=True, kw_only=True)
class Budget:
    """A monthly limit in US dollars for the whole account, and who hears of it."""

    amount: float
    email: str


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One deployment.

    The folders hold what other packages build; see `require_folder`. `page_origins` are where the page is
    served beside CloudFront, `upload_origins` where uploads go beside S3: its own domain, the local cloud.
    `mail_domains` are those of the addresses that jobs may mail; without any, nothing of that is deployed.
    """

    stage: str
    python_version: str
    architecture: Architecture
    layers_directory: Path
    functions_directory: Path
    page_directory: Path
    log_retention_days: int
    job_days: int
    throttle_rate: int
    throttle_burst: int
    preparation_concurrency: int
    scoring_concurrency: int
    reserved_concurrency: int | None
    chunk_size: int
    upload_limit_bytes: int
    page_origins: tuple[str, ...]
    upload_origins: tuple[str, ...]
    bowtie2: Literal["on", "off"]
    ncbi_url: str
    ncbi_key_parameter: str | None
    lambda_limit_bases: int
    api_logs_role: bool
    alarm_email: str | None
    mail_domains: tuple[str, ...]
    budget: Budget | None
    worker_directory: Path
    worker_types: tuple[WorkerTypes, ...]
    worker_scratch_gb: int
    worker_hours: int
    worker_market: Literal["on-demand", "spot"]
    ubuntu_release: str
    instance_type: str
    ssh_cidr: str | None

    @property
    def disposable(self) -> bool:
        """Whether the stage's data may vanish with its stack: previews, development and the local cloud."""
        return names.is_disposable(self.stage)

    @property
    def worker_image_parameter(self) -> str:
        """The SSM parameter that names the workers' image; the pipeline that bakes images owns its value."""
        return names.image_parameter(self.stage)

    @property
    def worker_settings_parameter(self) -> str:
        """The SSM parameter that tells workers what is there; the stack owns its value."""
        return names.settings_parameter(self.stage)


class _Reader:
    """Reads one context key at a time; every complaint names the key."""

    def __init__(self, context: Callable[[str], object]) -> None:
        self._context = context

    def text(self, key: str, default: str, pattern: str = r".+") -> str:
        value = self._context(key)
        text = default if value is None else str(value)
        if not re.fullmatch(pattern, text):
            raise SettingsError(f"context '{key}': {text!r} does not match {pattern}")
        return text

    def optional(self, key: str, pattern: str = r".+") -> str | None:
        return self.text(key, "", pattern) if self._context(key) not in (None, "") else None

    def number(self, key: str, default: int, least: int, most: int) -> int:
        text = self.text(key, str(default), r"-?\d+")
        if not least <= int(text) <= most:
            raise SettingsError(f"context '{key}': {text} is not between {least} and {most}")
        return int(text)

    def origins(self, key: str) -> tuple[str, ...]:
        """Origins like https://example.org, separated by commas."""
        text = self.optional(key, r"https?://[^\s,;/]+(,https?://[^\s,;/]+)*")
        return tuple(text.split(",")) if text else ()

    def domains(self, key: str) -> tuple[str, ...]:
        """Domains like example.org, separated by commas."""
        domain = r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}"
        text = self.optional(key, rf"{domain}(,{domain})*")
        return tuple(text.split(",")) if text else ()

    def flag(self, key: str, *, default: bool) -> bool:
        """`-c` gives text and cdk.json gives JSON: both spellings are accepted."""
        return self.text(key, "on" if default else "off", r"on|off|True|False").lower() in ("on", "true")


def read_settings(context: Callable[[str], object], root: Path) -> Settings:
    """The settings in the CDK context.

    Args:
        context: gives a key's value or None, as `app.node.try_get_context` does.
        root: the repository; folders given as relative paths are below it.

    Raises:
        SettingsError: a value is unusable; the message names the key.
    """
    read = _Reader(context)
    stage = read.text("stage", "dev", names.STAGE)
    if not names.is_stage(stage):
        raise SettingsError(f"context 'stage': {stage!r} has more than {names.LONGEST_STAGE} characters")
    python_version = read.text("pythonVersion", "3.13", r"3\.\d+")
    architecture = _architecture(read)
    bowtie2: Literal["on", "off"] = "on" if read.flag("bowtie2", default=True) else "off"
    tag = f"cp{python_version.replace('.', '')}-{architecture}"
    return Settings(
        stage=stage,
        python_version=python_version,
        architecture=architecture,
        layers_directory=root / read.text("layersDirectory", f"build/layers/{tag}"),
        functions_directory=root / read.text("functionsDirectory", "build/lambdas"),
        page_directory=root / read.text("pageDirectory", "packages/frontend/dist"),
        log_retention_days=_retention(read),
        job_days=read.number("jobDays", 30, 1, 3650),
        throttle_rate=read.number("throttleRate", 50, 1, 10_000),
        throttle_burst=read.number("throttleBurst", 100, 1, 5_000),
        preparation_concurrency=read.number("preparationConcurrency", 4, 2, 1000),
        scoring_concurrency=read.number("scoringConcurrency", 20, 2, 1000),
        reserved_concurrency=read.number("reservedConcurrency", 0, 0, 1000) or None,
        chunk_size=read.number("chunkSize", 200, 1, 1000),
        upload_limit_bytes=read.number("uploadLimitBytes", 5 * 2**30, 1, 5 * 2**30),
        page_origins=read.origins("pageOrigins"),
        upload_origins=read.origins("uploadOrigins"),
        bowtie2=bowtie2,
        ncbi_url=read.text("ncbiUrl", NCBI_URL, r"https?://\S+"),
        ncbi_key_parameter=read.optional("ncbiKeyParameter", r"/?[\w.-]+(/[\w.-]+)*"),
        lambda_limit_bases=read.number("lambdaLimitBases", LAMBDA_LIMIT_BASES[bowtie2], 1, 10**12),
        # Previews share their account with a stage that lives longer and has set the account's role already.
        api_logs_role=read.flag(
            "apiLogsRole", default=names.kind_of(stage) not in (names.PULL_REQUEST, names.LOCAL)
        ),
        alarm_email=read.optional("alarmEmail", r"\S+@\S+"),
        mail_domains=read.domains("mailDomains"),
        budget=_budget(read),
        worker_directory=root / read.text("workerDirectory", f"build/worker/{architecture}"),
        worker_types=_worker_types(read, names.WORKER_TYPES[architecture]),
        worker_scratch_gb=read.number("workerScratchGb", 200, 8, 16_000),
        # The unit in the image ends a worker after 25 hours whatever this says.
        worker_hours=read.number("workerHours", 12, 1, 24),
        worker_market="spot" if read.flag("workerSpot", default=False) else "on-demand",
        ubuntu_release=read.text("ubuntuRelease", "24.04", r"\d\d\.04"),
        instance_type=read.text(
            "instanceType", "t2.nano" if architecture == "x86_64" else "t4g.nano", r"[\w-]+\.\w+"
        ),
        ssh_cidr=_ssh_cidr(read),
    )


def require_folder(folder: Path, command: str) -> str:
    """The folder as an asset's path.

    Raises:
        SettingsError: there is no such folder, or nothing in it; the message says which command makes it.
    """
    if not folder.is_dir() or not any(folder.iterdir()):
        raise SettingsError(f"{folder}: no such folder, or it is empty; `{command}` makes it")
    return str(folder)


def _architecture(read: _Reader) -> Architecture:
    return "arm64" if read.text("architecture", "x86_64", "x86_64|arm64") == "arm64" else "x86_64"


def _retention(read: _Reader) -> int:
    days = read.number("logRetentionDays", 30, 1, 365)
    if days not in RETENTION:
        raise SettingsError(f"context 'logRetentionDays': {days} is none of {', '.join(map(str, RETENTION))}")
    return days


def _worker_types(read: _Reader, default: tuple[WorkerTypes, ...]) -> tuple[WorkerTypes, ...]:
    """Written "BASES=TYPE,TYPE;BASES=TYPE"; in ascending order of the bases."""
    kind = r"[\w-]+\.[\w-]+"
    row = rf"\d+={kind}(,{kind})*"
    text = read.optional("workerTypes", rf"{row}(;{row})*")
    if text is None:
        return default
    rows = (one.split("=") for one in text.split(";"))
    return tuple(sorted(WorkerTypes(int(bases), tuple(types.split(","))) for bases, types in rows))


def _budget(read: _Reader) -> Budget | None:
    amount = read.optional("budgetAmount", r"\d+(\.\d+)?")
    email = read.optional("budgetEmail", r"\S+@\S+")
    if (amount is None) != (email is None):
        raise SettingsError("context 'budgetAmount' and 'budgetEmail': give both or neither")
    return Budget(amount=float(amount), email=email) if amount and email else None


def _ssh_cidr(read: _Reader) -> str | None:
    cidr = read.optional("sshCidr")
    if cidr is None:
        return None
    try:
        network = ipaddress.IPv4Network(cidr)
    except ValueError as error:
        raise SettingsError(f"context 'sshCidr': {error}") from error
    if network.prefixlen < 8:
        raise SettingsError(f"context 'sshCidr': {cidr} opens SSH to the world; name your own network")
    return str(network)
