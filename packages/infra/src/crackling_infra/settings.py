"""Read the settings of a deployment from the CDK's context, with defaults.

Every key can be given by `-c key=value` or in cdk.json. Nothing is read from the environment. `settings_page.py` writes
docs/settings.md from this module.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from aws_cdk.aws_logs import RetentionDays

from crackling.ncbi import NCBI_URL
from crackling_aws import names
from crackling_aws.names import LambdaLimits, WorkerTypes
from crackling_infra.context import ContextReader, Option, SettingsError
from crackling_infra.regions import WEB_ACL_ARN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Access = Literal["open", "sign-in"]
Account = Literal["new", "established"]
Architecture = Literal["x86_64", "arm64"]
LAYERS: Final = ("crackling", "runtime", "viennarna", "bowtie2")
# CloudWatch Logs accepts only certain numbers of days; the CDK has a name for each.
RETENTION: Final = {
    1: RetentionDays.ONE_DAY,
    7: RetentionDays.ONE_WEEK,
    14: RetentionDays.TWO_WEEKS,
    30: RetentionDays.ONE_MONTH,
    90: RetentionDays.THREE_MONTHS,
    180: RetentionDays.SIX_MONTHS,
    365: RetentionDays.ONE_YEAR,
}
# The largest genome that a function can index in its time, memory and disk, and the largest that it can make a bowtie2 index of
# (docs/performance.md).
LAMBDA_LIMIT_BASES: Final[dict[Account, int]] = {"new": 800_000_000, "established": 3_300_000_000}
BOWTIE2_LIMIT_BASES: Final[dict[Account, int]] = {"new": 400_000_000, "established": 700_000_000}
# Invocations at a time of each function that prepares genomes, and of each that scans or scores.
PREPARATION_CONCURRENCY: Final[dict[Account, int]] = {"new": names.MIN_CONCURRENCY, "established": 4}
SCORING_CONCURRENCY: Final[dict[Account, int]] = {"new": names.MIN_CONCURRENCY, "established": 20}
RESERVED_CONCURRENCY: Final[dict[Account, int]] = {"new": 0, "established": 20}  # of the function `api`
ROOT_GB: Final = 8  # of the machine that images are made from, and so of the workers


@dataclass(frozen=True, kw_only=True)
class DailyCap:
    """A limit of what can be used in a day: its key, the function's variable, its default and what it limits."""

    key: str
    default: int
    meaning: str

    @property
    def variable(self) -> str:
        """Return the name of the variable of the function `api`."""
        return re.sub("(?=[A-Z])", "_", self.key).upper()


# docs/costs.md has what they allow a stranger to cost.
CAPS: Final = (
    DailyCap(key="clientJobs", default=500, meaning="jobs a day and client"),
    DailyCap(key="dailyJobs", default=2_000, meaning="jobs a day of all clients"),
    DailyCap(
        key="clientBases",
        default=50_000_000,
        meaning="bases a day and client in queries; a region given by name counts a million",
    ),
    DailyCap(key="dailyBases", default=100_000_000, meaning="bases a day of all clients in queries"),
    DailyCap(key="clientUploads", default=10, meaning="announced uploads a day and client"),
    DailyCap(key="dailyUploads", default=20, meaning="announced uploads a day of all clients"),
    DailyCap(key="clientPreparations", default=10, meaning="preparations of genomes a day and client"),
    DailyCap(key="dailyPreparations", default=20, meaning="preparations of genomes a day of all clients"),
    DailyCap(
        key="clientDownloadGb",
        default=50,
        meaning="GB a day and client of addresses for downloads and of answers above 10 kB",
    ),
    DailyCap(
        key="dailyDownloadGb",
        default=100,
        meaning="GB a day of all clients of addresses for downloads and of answers above 10 kB",
    ),
)
WORKERS_A_DAY: Final = 2
WORKER_GRACE_HOURS: Final = 1  # after `workerHours` the reaper ends a worker that has not ended itself


@dataclass(frozen=True, kw_only=True)
class Budget:
    """A monthly limit in US dollars for the whole account, and the address that is notified."""

    amount: float
    email: str


@dataclass(frozen=True, kw_only=True)
class IdentityProvider:
    """An institute's OpenID Connect provider; `secret` is the name of a secret of Secrets Manager, never the secret itself."""

    name: str
    issuer: str
    client_id: str
    secret: str


_BUILDER_TYPES: Final = {"x86_64": "t2.nano", "arm64": "t4g.nano"}

# The longer descriptions, as they appear in docs/settings.md.
_STAGE: Final = (
    "the deployment's name, part of the stacks' names. `dev`, `local` and `pr-...` are disposable: their data is deleted with "
    "their stacks. The tables and buckets of all others are kept and protected from deletion"
)
_ACCESS: Final = (
    "who may use the API. `open`: everybody who knows its address may spend your money, within the limits of "
    "[the known risks](architecture.md#known-risks). `sign-in`: [those whom you give an account](sign-in.md). Stages `prod` and "
    "`prod-...` must choose"
)
_SIGN_IN_ORIGIN: Final = (
    "origin of the pages to sign in at, where it is not that of the user pool (such as the local cloud's)"
)
_OIDC_ISSUER: Final = (
    "your institute's OpenID Connect provider, "
    "[whose members may sign in too](sign-in.md#your-institutes-accounts)"
)
_OIDC_CREDENTIAL: Final = (
    "name of the secret in Secrets Manager that the provider gave for this client; create it with "
    "`aws secretsmanager create-secret --name crackling/oidc --secret-string ...`"
)
# What Cognito accepts in no prefix of a domain.
_RESERVED_WORDS: Final = ("aws", "amazon", "cognito")
_ACCOUNT: Final = (
    "`new`: stay within what AWS allows a new account, functions of 3,008 MB of which 10 run at a time; `established`: use "
    "10,240 MB and up to 1,000. [Which one it is](operations.md#new-and-established-accounts)"
)
_PREPARATION: Final = (
    "invocations at a time of each function that prepares genomes; in an established account "
    f"{PREPARATION_CONCURRENCY['established']}"
)
_SCORING: Final = (
    "invocations at a time of each function that scans or scores; in an established account "
    f"{SCORING_CONCURRENCY['established']}"
)
_BOWTIE2: Final = (
    "`off`: build no bowtie2 index when users ask for one, and deploy no layer for it. With `on`, they may ask for those of "
    f"genomes of up to {BOWTIE2_LIMIT_BASES['new']:,} bases, in an established account {BOWTIE2_LIMIT_BASES['established']:,}"
)
_RESERVED: Final = (
    "reserved concurrency of the function `api`, which is also the most that it may have; in an established account "
    f"{RESERVED_CONCURRENCY['established']}. A new account has none to reserve, and runs 10 functions at a time"
)
_NCBI_KEY: Final = (
    "name of the SSM parameter with your API key for NCBI, which allows twice as many requests; create it with "
    "`aws ssm put-parameter --type SecureString --name /crackling/ncbi-key --value ...`"
)
_LIMIT: Final = (
    "functions prepare genomes of up to so many bases, workers larger ones; in an established account "
    f"{LAMBDA_LIMIT_BASES['established']:,}. "
    "[Where the figures come from](performance.md#how-large-a-genome)"
)
_LOGS_ROLE: Final = "set the account's role that lets API Gateway write logs; off for `pr-...` and `local`"
_MAIL: Final = (
    "domains, separated by commas, whose addresses may be sent an email when a job is finished; without any, "
    "[nothing of that](operations.md#email-when-a-job-is-finished) is deployed"
)
_TYPES: Final = (
    "instance types of workers by the size of the genome, `BASES=TYPE,TYPE;BASES=TYPE`: for genomes of up to so many bases, the "
    "preferred type first"
)
_SCRATCH: Final = "GB of a worker's extra volume; a genome needs about 8 bytes for each base"
_WEB_ACL: Final = (
    "ARN of a web ACL of AWS WAF for the page's distribution, such as [a rate rule](operations.md#a-rate-rule). CloudFront takes "
    "those of its own scope only, which one region has, so that the stack does not create it"
)
_BUDGET: Final = (
    "US dollars a month for the whole account; an address is told when 80 % are spent, or more is forecast. 0: no budget, "
    "also where the region has none"
)
_BUDGET_EMAIL: Final = (
    "the address that is told of the budget; without any there is no budget, and `preflight` asks for one"
)
_AT_ONCE: Final = "workers that run at once; a genome that needs one more is refused, with that reason; 20 in the local cloud"
_WORKER_HOURS: Final = (
    f"hours of workers a day; each worker that starts counts `workerHours` and {WORKER_GRACE_HOURS}, however soon it ends. 0 is "
    "without limit, the default of the local cloud"
)
_SPOT: Final = (
    "use spot instances: about a third of the price, and now and then a preparation that starts again. Once for an account: "
    "`aws iam create-service-linked-role --aws-service-name spot.amazonaws.com`"
)
_SSH: Final = "a network (CIDR) that may connect to the instance of `Ec2Stack` by SSH; without it, only Session Manager can"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one deployment.

    The folders hold what other packages build; see `require_folder`. `page_origins` are further origins that serve the
    page besides CloudFront, `upload_origins` further origins that take uploads besides S3 (such as the local cloud).
    `mail_domains` are the domains whose addresses jobs may email; without any, no email resources are deployed.
    """

    stage: str
    access: Access
    account: Account
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
    caps: Mapping[DailyCap, int]
    web_acl: str | None
    upload_limit_bytes: int
    upload_days: int
    page_origins: tuple[str, ...]
    upload_origins: tuple[str, ...]
    bowtie2: bool
    ncbi_url: str
    ncbi_key_parameter: str | None
    lambda_limit_bases: int
    api_logs_role: bool
    alarm_email: str | None
    mail_domains: tuple[str, ...]
    sign_in_origin: str | None
    identity_provider: IdentityProvider | None
    budget: Budget | None
    worker_directory: Path
    worker_types: tuple[WorkerTypes, ...]
    worker_scratch_gb: int
    worker_hours: int
    workers_at_once: int
    daily_worker_hours: int
    worker_market: Literal["on-demand", "spot"]
    ubuntu_release: str
    instance_type: str
    ssh_cidr: str | None

    @property
    def lambda_limits(self) -> LambdaLimits:
        """Return what the account allows its functions."""
        return names.LAMBDA_LIMITS[self.account]

    @property
    def bowtie2_limit_bases(self) -> int:
        """Return the size of the largest genome whose bowtie2 index users may ask for; 0 if they may ask for none."""
        return BOWTIE2_LIMIT_BASES[self.account] if self.bowtie2 else 0

    @property
    def disposable(self) -> bool:
        """Return whether the stage's data may be deleted with its stack: previews, development and the local cloud."""
        return names.is_disposable(self.stage)

    @property
    def worker_image_parameter(self) -> str:
        """Return the SSM parameter that names the workers' image; the pipeline that bakes images owns its value."""
        return names.image_parameter(self.stage)

    @property
    def worker_settings_parameter(self) -> str:
        """Return the SSM parameter that tells workers which resources to use; the stack owns its value."""
        return names.settings_parameter(self.stage)


def read_settings(context: Callable[[str], object], root: Path) -> Settings:
    """Return the settings in the CDK context.

    Args:
        context: gives a key's value or None, as `app.node.try_get_context` does.
        root: the repository; folders given as relative paths are below it.

    Raises:
        SettingsError: a value is unusable; the message names the key.
    """
    return _read(ContextReader(context), root)


def options() -> tuple[Option, ...]:
    """Return every key of the context with its default and its meaning, in the order of the documentation."""
    read = ContextReader(lambda _key: None)
    _read(read, Path())
    return tuple(read.options)


def _read(read: ContextReader, root: Path) -> Settings:
    stage = _stage(read)
    access = _access(read, stage)
    account = _account(read)
    limits = names.LAMBDA_LIMITS[account]
    python_version = read.text(
        "pythonVersion", "3.13", "Python of the functions and their layers", pattern=r"3\.\d+"
    )
    architecture = _architecture(read)
    tag = f"cp{python_version.replace('.', '')}-{architecture}"
    return Settings(
        stage=stage,
        access=access,
        account=account,
        python_version=python_version,
        architecture=architecture,
        layers_directory=root / read.text("layersDirectory", f"build/layers/{tag}", "the built layers"),
        functions_directory=root / read.text("functionsDirectory", "build/lambdas", "the functions' code"),
        page_directory=root / read.text("pageDirectory", "packages/frontend/dist", "the built page"),
        log_retention_days=read.choice("logRetentionDays", 30, RETENTION, "days that logs are kept"),
        job_days=read.number("jobDays", 30, 1, 3650, "days until a job's query and results are deleted"),
        throttle_rate=read.number("throttleRate", 50, 1, 10_000, "requests a second that the API accepts"),
        throttle_burst=read.number("throttleBurst", 100, 1, 5_000, "requests that the API accepts at once"),
        preparation_concurrency=read.number(
            "preparationConcurrency",
            PREPARATION_CONCURRENCY[account],
            names.MIN_CONCURRENCY,
            limits.concurrency,
            _PREPARATION,
        ),
        scoring_concurrency=read.number(
            "scoringConcurrency",
            SCORING_CONCURRENCY[account],
            names.MIN_CONCURRENCY,
            limits.concurrency,
            _SCORING,
        ),
        reserved_concurrency=_reserved_concurrency(read, account, local=names.kind_of(stage) == names.LOCAL),
        chunk_size=read.number("chunkSize", 200, 1, 1000, "guides in a chunk"),
        caps=_caps(read, stage),
        web_acl=read.optional("webAcl", _WEB_ACL, pattern=WEB_ACL_ARN),
        upload_limit_bytes=read.number(
            "uploadLimitBytes", 5 * 2**30, 1, 5 * 2**30, "bytes of the largest upload"
        ),
        upload_days=read.number(
            "uploadDays", 3, 1, 3650, "days until an uploaded file is deleted; a preparation copies it"
        ),
        page_origins=read.origins(
            "pageOrigins", "origins that serve the page besides CloudFront, separated by commas"
        ),
        upload_origins=read.origins(
            "uploadOrigins", "origins that receive uploads besides S3, separated by commas"
        ),
        bowtie2=read.flag("bowtie2", _BOWTIE2, default=True),
        ncbi_url=read.text("ncbiUrl", NCBI_URL, "the NCBI Datasets API", pattern=r"https?://\S+"),
        ncbi_key_parameter=read.optional("ncbiKeyParameter", _NCBI_KEY, pattern=r"/?[\w.-]+(/[\w.-]+)*"),
        lambda_limit_bases=read.number("lambdaLimitBases", LAMBDA_LIMIT_BASES[account], 1, 10**12, _LIMIT),
        # Previews share their account with a long-lived stage, which has already set the account's role.
        api_logs_role=read.flag(
            "apiLogsRole",
            _LOGS_ROLE,
            default=names.kind_of(stage) not in (names.PULL_REQUEST, names.LOCAL),
        ),
        alarm_email=(
            alarm_email := read.optional("alarmEmail", "the address that gets the alarms", pattern=r"\S+@\S+")
        ),
        mail_domains=read.domains("mailDomains", _MAIL),
        sign_in_origin=read.optional("signInOrigin", _SIGN_IN_ORIGIN, pattern=r"https?://[^\s,;/]+"),
        identity_provider=_identity_provider(read, access),
        budget=_budget(read, alarm_email),
        worker_directory=root
        / read.text("workerDirectory", f"build/worker/{architecture}", "the workers' payload"),
        worker_types=_worker_types(read, names.WORKER_TYPES[architecture]),
        worker_scratch_gb=read.number("workerScratchGb", 200, 8, 16_000, _SCRATCH),
        # A systemd unit in the image ends a worker after 25 hours, whatever this setting says.
        worker_hours=(
            worker_hours := read.number(
                "workerHours", 12, 1, 24, "hours that a preparation on a worker may take"
            )
        ),
        workers_at_once=read.number(
            "workersAtOnce",
            20 if names.kind_of(stage) == names.LOCAL else 2,
            1,
            1000,
            _AT_ONCE,
        ),
        daily_worker_hours=_daily_worker_hours(read, stage, worker_hours),
        worker_market="spot" if read.flag("workerSpot", _SPOT, default=False) else "on-demand",
        ubuntu_release=read.text(
            "ubuntuRelease", "24.04", "Ubuntu release of the workers' image", pattern=r"\d\d\.04"
        ),
        instance_type=read.text(
            "instanceType",
            _BUILDER_TYPES[architecture],
            "instance type that images are baked on; a bake takes a larger one where it is not to be had",
            pattern=r"[\w-]+\.\w+",
        ),
        ssh_cidr=_ssh_cidr(read),
    )


def require_folder(folder: Path, command: str) -> str:
    """Return the folder's path as an asset.

    Raises:
        SettingsError: the folder does not exist or is empty; the message names the command that makes it.
    """
    if not folder.is_dir() or not any(folder.iterdir()):
        raise SettingsError(f"{folder}: no such folder, or it is empty; `{command}` makes it")
    return str(folder)


def _stage(read: ContextReader) -> str:
    stage = read.text("stage", "dev", _STAGE, pattern=names.STAGE)
    if not names.is_stage(stage):
        raise SettingsError(f"context 'stage': {stage!r} has more than {names.MAX_STAGE_LENGTH} characters")
    return stage


def _access(read: ContextReader, stage: str) -> Access:
    chosen = read.optional("access", _ACCESS, pattern="open|sign-in", default="open, for `prod` none")
    if chosen is None and names.kind_of(stage) == names.PRODUCTION:
        raise SettingsError(
            f"context 'access': the stage {stage} must choose who may use its API; give access=sign-in (-c access=sign-in, or "
            "in context of packages/infra/cdk.json) for those who have an account, or access=open for everybody who knows "
            "the address"
        )
    if chosen != "sign-in":
        return "open"
    if reserved := [word for word in _RESERVED_WORDS if word in stage]:
        raise SettingsError(
            f"context 'stage': the address to sign in at contains it, and Cognito allows no {reserved[0]!r} there; "
            "choose another"
        )
    return "sign-in"


def _identity_provider(read: ContextReader, access: Access) -> IdentityProvider | None:
    issuer = read.optional("oidcIssuer", _OIDC_ISSUER, pattern=r"https://\S+")
    client_id = read.optional("oidcClientId", "the id that the provider gave for this client")
    secret = read.optional("oidcSecret", _OIDC_CREDENTIAL, pattern=r"[\w/+=.@-]+")
    name = read.text(
        "oidcName",
        "Institute",
        "what the provider is called where people sign in",
        pattern=r"[A-Za-z][A-Za-z0-9-]{2,31}",
    )
    if issuer is None and client_id is None and secret is None:
        return None
    if issuer is None or client_id is None or secret is None:
        raise SettingsError("context 'oidcIssuer', 'oidcClientId' and 'oidcSecret': give all or none")
    if access != "sign-in":
        raise SettingsError("context 'oidcIssuer': nobody signs in; give access=sign-in too")
    return IdentityProvider(name=name, issuer=issuer, client_id=client_id, secret=secret)


def _account(read: ContextReader) -> Account:
    known = "|".join(names.LAMBDA_LIMITS)
    return "established" if read.text("account", "new", _ACCOUNT, pattern=known) == "established" else "new"


def _caps(read: ContextReader, stage: str) -> dict[DailyCap, int]:
    """Return the daily caps; the local cloud has none, because it costs nothing."""
    local = names.kind_of(stage) == names.LOCAL
    return {
        cap: read.number(
            cap.key,
            0 if local else cap.default,
            0,
            10**12,
            f"{cap.meaning}; 0 is without limit, the default of the local cloud",
        )
        for cap in CAPS
    }


def _daily_worker_hours(read: ContextReader, stage: str, worker_hours: int) -> int:
    one = worker_hours + WORKER_GRACE_HOURS
    hours = read.number(
        "dailyWorkerHours",
        0 if names.kind_of(stage) == names.LOCAL else WORKERS_A_DAY * one,
        0,
        100_000,
        _WORKER_HOURS,
    )
    if 0 < hours < one:
        raise SettingsError(
            f"context 'dailyWorkerHours': {hours} start no worker, as each counts {one} (workerHours and {WORKER_GRACE_HOURS}); "
            "give at least as many, or 0"
        )
    return hours


def _reserved_concurrency(read: ContextReader, account: Account, *, local: bool) -> int | None:
    reservable = names.LAMBDA_LIMITS[account].reservable
    reserved = read.number(
        "reservedConcurrency",
        0 if local else RESERVED_CONCURRENCY[account],
        0,
        names.LAMBDA_LIMITS["established"].reservable,
        _RESERVED,
    )
    if reserved > reservable:
        raise SettingsError(
            "context 'reservedConcurrency': Lambda keeps the last 10 invocations of a new account for functions without a "
            "reservation; leave it out, or give account=established once AWS has raised the quota"
        )
    return reserved or None


def _architecture(read: ContextReader) -> Architecture:
    meaning = "processors of the functions and the workers: `x86_64` or `arm64`"
    return (
        "arm64"
        if read.text("architecture", "x86_64", meaning, pattern="x86_64|arm64") == "arm64"
        else "x86_64"
    )


def _worker_types(read: ContextReader, default: tuple[WorkerTypes, ...]) -> tuple[WorkerTypes, ...]:
    """Parse "BASES=TYPE,TYPE;BASES=TYPE", in ascending order of the bases."""
    kind = r"[\w-]+\.[\w-]+"
    row = rf"\d+={kind}(,{kind})*"
    text = read.optional(
        "workerTypes", _TYPES, pattern=rf"{row}(;{row})*", default="by size and architecture"
    )
    if text is None:
        return default
    rows = (one.split("=") for one in text.split(";"))
    return tuple(sorted(WorkerTypes(int(bases), tuple(types.split(","))) for bases, types in rows))


def _budget(read: ContextReader, alarm_email: str | None) -> Budget | None:
    amount = float(read.text("budgetAmount", "100", _BUDGET, pattern=r"\d+(\.\d+)?"))
    email = (
        read.optional("budgetEmail", _BUDGET_EMAIL, pattern=r"\S+@\S+", default="`alarmEmail`") or alarm_email
    )
    return Budget(amount=amount, email=email) if amount and email else None


def _ssh_cidr(read: ContextReader) -> str | None:
    cidr = read.optional("sshCidr", _SSH)
    if cidr is None:
        return None
    try:
        network = ipaddress.IPv4Network(cidr)
    except ValueError as error:
        raise SettingsError(f"context 'sshCidr': {error}") from error
    if network.prefixlen < 8:
        raise SettingsError(f"context 'sshCidr': {cidr} opens SSH to the world; name your own network")
    return str(network)
