"""Define the environment variables of each function in a class of its own, with only those that it needs."""

from __future__ import annotations

from dataclasses import dataclass

from crackling.ncbi import NCBI_URL
from crackling_aws.preparation.indexing import SHARD_BASES
from crackling_aws.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ApiSettings(Settings):
    jobs_table: str
    targets_table: str
    genomes_table: str
    data_bucket: str
    genome_bucket: str
    bowtie2_queue_url: str
    off_target_list_queue_url: str
    bowtie2_limit_bases: int  # of a genome whose bowtie2 index can be asked for; 0 if none can
    chunk_size: int = 200
    job_days: int = 30
    lambda_limit_bases: int
    upload_limit_bytes: int = 5_000_000_000
    ncbi_url: str = NCBI_URL
    ncbi_key_parameter: str = ""
    mail_topic: str = ""
    mail_domains: str = ""  # separated by commas
    usage_table: str
    page_key: str = ""  # by which the page's distribution proves itself
    client_jobs: int = 0  # these are for a day; 0 is without limit
    daily_jobs: int = 0
    client_bases: int = 0
    daily_bases: int = 0
    client_uploads: int = 0
    daily_uploads: int = 0
    client_preparations: int = 0
    daily_preparations: int = 0
    client_download_gb: int = 0
    daily_download_gb: int = 0

    @property
    def mailed_domains(self) -> tuple[str, ...]:
        """Return the domains of the addresses that may receive email; none if no email is sent."""
        return tuple(filter(None, self.mail_domains.split(",")))


@dataclass(frozen=True, kw_only=True)
class NotifierSettings(Settings):
    jobs_table: str
    genomes_table: str
    mail_topic: str
    page_url: str


@dataclass(frozen=True, kw_only=True)
class WorkerSettings(Settings):
    """Hold the settings to launch workers with; see crackling_aws.ec2_workers.LaunchSettings."""

    stage: str
    worker_image_parameter: str = ""
    worker_launch_template: str = ""
    worker_types: str = "[]"
    workers_at_once: int = 1


@dataclass(frozen=True, kw_only=True)
class SchedulerSettings(WorkerSettings):
    jobs_table: str
    genomes_table: str
    usage_table: str
    daily_worker_hours: int = 0  # 0 is without limit
    worker_hours: int = 1  # that one worker runs at most
    genome_bucket: str
    download_queue_url: str
    scan_queue_url: str
    lambda_limit_bases: int
    ncbi_url: str = NCBI_URL
    ncbi_key_parameter: str = ""


@dataclass(frozen=True, kw_only=True)
class DownloaderSettings(Settings):
    jobs_table: str
    genomes_table: str
    genome_bucket: str
    issl_queue_url: str
    queue_url: str
    max_receive_count: int
    lambda_limit_bases: int
    ncbi_url: str = NCBI_URL
    ncbi_key_parameter: str = ""


@dataclass(frozen=True, kw_only=True)
class IsslSettings(Settings):
    jobs_table: str
    genomes_table: str
    genome_bucket: str
    scan_queue_url: str
    queue_url: str
    max_receive_count: int
    shard_bases: int = SHARD_BASES


@dataclass(frozen=True, kw_only=True)
class Bowtie2Settings(Settings):
    genomes_table: str
    genome_bucket: str
    queue_url: str
    max_receive_count: int
    bowtie2_build: str = "/opt/bowtie2/bin/bowtie2-build-s"


@dataclass(frozen=True, kw_only=True)
class ScanSettings(Settings):
    jobs_table: str
    targets_table: str
    genomes_table: str
    data_bucket: str
    genome_bucket: str
    consensus_queue_url: str
    off_target_queue_url: str
    queue_url: str
    max_receive_count: int


@dataclass(frozen=True, kw_only=True)
class ConsensusSettings(Settings):
    jobs_table: str
    targets_table: str
    queue_url: str
    max_receive_count: int


@dataclass(frozen=True, kw_only=True)
class OffTargetSettings(Settings):
    jobs_table: str
    targets_table: str
    genomes_table: str
    genome_bucket: str
    queue_url: str
    max_receive_count: int


@dataclass(frozen=True, kw_only=True)
class OffTargetListSettings(Settings):
    jobs_table: str
    targets_table: str
    genomes_table: str
    data_bucket: str
    genome_bucket: str
    queue_url: str
    max_receive_count: int


@dataclass(frozen=True, kw_only=True)
class ReaperSettings(WorkerSettings):
    jobs_table: str
    targets_table: str
    genomes_table: str
    data_bucket: str
    genome_bucket: str
    scan_queue_url: str
    stuck_minutes: int  # longer than a message can live: its visibility time-out times its receives
    worker_hours: int = 24
