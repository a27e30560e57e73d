"""Define the stack of the service; this file is its diagram. It creates the resources first and then grants access to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import aws_cdk as cdk

from crackling_aws.names import JOBS_BY_OWNER, service_stack
from crackling_infra.constructs.api import Api
from crackling_infra.constructs.ec2_workers import Ec2Workers
from crackling_infra.constructs.functions import Functions
from crackling_infra.constructs.mail import Mail
from crackling_infra.constructs.monitoring import Monitoring
from crackling_infra.constructs.off_target_lists import OffTargetLists
from crackling_infra.constructs.page import Page
from crackling_infra.constructs.pipeline import Pipeline
from crackling_infra.constructs.preparation import Preparation
from crackling_infra.constructs.providers import tidy_providers
from crackling_infra.constructs.scheduling import Scheduling
from crackling_infra.constructs.sign_in import SignIn
from crackling_infra.constructs.storage import Storage

if TYPE_CHECKING:
    from constructs import Construct

    from crackling_infra.settings import Settings

READ: Final = ("GetObject",)
WRITE: Final = ("PutObject", "AbortMultipartUpload")
# The actions that are needed to claim, list and retire genomes.
GENOMES: Final = ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan")
# The actions that are needed to end a preparation and to release the jobs that wait for it.
RELEASE: Final = ("GetItem", "Query", "UpdateItem", "DeleteItem")


class CracklingStack(cdk.Stack):
    """The service: page -> API -> Jobs -> scheduler -> scan -> consensus and off-targets -> Targets."""

    def __init__(self, scope: Construct, *, settings: Settings) -> None:
        super().__init__(
            scope,
            "CracklingStack",
            stack_name=service_stack(settings.stage),
            description="Crackling Cloud: CRISPR-Cas9 guide design",
            tags={"project": "crackling", "stage": settings.stage},
            termination_protection=not settings.disposable,
        )
        functions = Functions(self, "Functions", settings=settings)
        self.storage = Storage(self, "Storage", settings=settings)
        self.sign_in = SignIn(self, "SignIn", settings=settings) if settings.access == "sign-in" else None
        self.api = Api(self, "Api", functions=functions, sign_in=self.sign_in, settings=settings)
        if self.sign_in:
            self.sign_in.add_domain(self.api.rest.rest_api_id, settings)
        self.preparation = Preparation(self, "Preparation", functions=functions, settings=settings)
        self.ec2_workers = Ec2Workers(self, "Ec2Workers", settings=settings)
        self.pipeline = Pipeline(self, "Pipeline", functions=functions, settings=settings)
        self.off_target_lists = OffTargetLists(self, "OffTargetLists", functions=functions, settings=settings)
        self.scheduling = Scheduling(
            self,
            "Scheduling",
            functions=functions,
            jobs=self.storage.jobs,
            genomes=self.storage.genomes,
            settings=settings,
        )
        self.page = Page(
            self,
            "Page",
            bucket=self.storage.page,
            api=self.api,
            sign_in=self.sign_in,
            settings=settings,
        )
        self.mail = self._mail(functions, settings)
        self.storage.open_to_page([self.page.origin, *settings.page_origins])
        self._monitor(settings)
        self._grant_api()
        self._grant_preparation()
        self._grant_ec2_workers(settings)
        self._grant_scheduling()
        self._grant_ncbi_key(settings)
        self._grant_pipeline()
        self._grant_off_target_lists()
        self._grant_mail()
        self._describe()
        tidy_providers(self, page=self.storage.page, settings=settings)

    def _mail(self, functions: Functions, settings: Settings) -> Mail | None:
        if not settings.mail_domains:
            return None
        return Mail(
            self,
            "Mail",
            functions=functions,
            jobs=self.storage.jobs,
            page=self.page.address,
            settings=settings,
        )

    def _monitor(self, settings: Settings) -> None:
        consumers = (
            *self.preparation.consumers,
            *self.pipeline.consumers,
            self.off_target_lists.consumer,
        )
        streams = {self.scheduling.scheduler: "New jobs or genomes"}
        failures = {
            "Scheduler": self.scheduling.scheduler_failures,
            "Preparation": self.scheduling.preparation_failures,
        }
        if self.mail:
            streams[self.mail.notifier] = "Mails about jobs"
            failures["Notifier"] = self.mail.failures
        Monitoring(
            self,
            "Monitoring",
            api=self.api.rest,
            functions=[
                self.api.function,
                *streams,
                self.scheduling.reaper,
                *(consumer.function for consumer in consumers),
            ],
            consumers=consumers,
            streams=streams,
            stream_failures=failures,
            settings=settings,
        )

    def _grant_api(self) -> None:
        api, storage = self.api.function, self.storage
        # Users delete their jobs, whose items are only marked: the reaper removes them.
        api.use_table("JOBS_TABLE", storage.jobs, "GetItem", "PutItem", "UpdateItem")
        if self.sign_in:  # otherwise no job has an owner
            api.query_index(storage.jobs, JOBS_BY_OWNER)
        api.use_table("TARGETS_TABLE", storage.targets, "GetItem", "Query", "BatchWriteItem")
        api.use_table("GENOMES_TABLE", storage.genomes, *GENOMES)
        api.use_table("USAGE_TABLE", storage.usage, "UpdateItem")
        api.use_objects("DATA_BUCKET", storage.data, "jobs/", *READ, "PutObject", "DeleteObject")
        # This role signs the address that an upload is posted to, so the role itself must be allowed to write there.
        api.use_objects("GENOME_BUCKET", storage.genome_files, "uploads/", *READ, "PutObject", "DeleteObject")
        api.use_objects("GENOME_BUCKET", storage.genome_files, "genomes/", *READ, "DeleteObject")
        for prefix in ("uploads/", "genomes/"):
            api.list_objects(storage.genome_files, prefix)
        api.list_objects(storage.data, "jobs/")
        api.use_queue("BOWTIE2_QUEUE_URL", self.preparation.bowtie2_index.queue)
        api.use_queue("OFF_TARGET_LIST_QUEUE_URL", self.off_target_lists.consumer.queue)

    def _grant_preparation(self) -> None:
        preparation = self.preparation
        downloader = preparation.downloader.function
        downloader.use_objects("GENOME_BUCKET", self.storage.genome_files, "uploads/", *READ)
        downloader.list_objects(self.storage.genome_files, "uploads/")
        downloader.use_queue("ISSL_QUEUE_URL", preparation.issl_index.queue)
        issl, bowtie2 = preparation.issl_index.function, preparation.bowtie2_index.function
        # When the index is there, the jobs that wait for the genome are released.
        issl.use_queue("SCAN_QUEUE_URL", self.pipeline.target_scan.queue)
        for step in (downloader, issl):
            # Either step may fail the preparation, and with it the jobs that wait.
            step.use_table("JOBS_TABLE", self.storage.jobs, "GetItem", "UpdateItem")
            step.use_table("GENOMES_TABLE", self.storage.genomes, *RELEASE)
        bowtie2.use_table("GENOMES_TABLE", self.storage.genomes, "GetItem", "UpdateItem")
        for index in (issl, bowtie2):
            index.use_objects("GENOME_BUCKET", self.storage.genome_files, "genomes/", *READ)
        # So that it sees that the sequence is missing, if an index is built anew.
        issl.list_objects(self.storage.genome_files, "genomes/")
        for consumer in preparation.consumers:
            consumer.function.use_objects("GENOME_BUCKET", self.storage.genome_files, "genomes/", *WRITE)

    def _grant_ec2_workers(self, settings: Settings) -> None:
        """Grant the workers what the downloader and the builder of the index may do."""
        workers, storage = self.ec2_workers, self.storage
        workers.use_table("JOBS_TABLE", storage.jobs, "GetItem", "UpdateItem")
        workers.use_table("GENOMES_TABLE", storage.genomes, *RELEASE)
        workers.use_objects("GENOME_BUCKET", storage.genome_files, "uploads/", *READ)
        for prefix in ("uploads/", "genomes/"):
            workers.list_objects(storage.genome_files, prefix)
        workers.use_objects("GENOME_BUCKET", storage.genome_files, "genomes/", *READ, *WRITE)
        workers.use_queue("SCAN_QUEUE_URL", self.pipeline.target_scan.queue)
        if settings.ncbi_key_parameter:
            workers.use_parameter("NCBI_KEY_PARAMETER", settings.ncbi_key_parameter)
        workers.publish_settings()
        workers.launched_by(self.scheduling.scheduler)
        workers.ended_by(self.scheduling.reaper)

    def _grant_scheduling(self) -> None:
        storage, scheduler, reaper = self.storage, self.scheduling.scheduler, self.scheduling.reaper
        scheduler.use_table("JOBS_TABLE", storage.jobs, "GetItem", "UpdateItem")
        # The scan adds up how much space earlier preparations took.
        scheduler.use_table("GENOMES_TABLE", storage.genomes, *GENOMES)
        scheduler.use_table("USAGE_TABLE", storage.usage, "UpdateItem")
        # To look up the size of an upload, and to delete what earlier preparations of the genome left behind.
        scheduler.use_objects("GENOME_BUCKET", storage.genome_files, "uploads/", *READ)
        scheduler.use_objects("GENOME_BUCKET", storage.genome_files, "genomes/", "DeleteObject")
        for prefix in ("uploads/", "genomes/"):
            scheduler.list_objects(storage.genome_files, prefix)
        scheduler.use_queue("DOWNLOAD_QUEUE_URL", self.preparation.downloader.queue)
        scheduler.use_queue("SCAN_QUEUE_URL", self.pipeline.target_scan.queue)
        reaper.use_table("JOBS_TABLE", storage.jobs, "GetItem", "Scan", "UpdateItem", "DeleteItem")
        reaper.use_table("TARGETS_TABLE", storage.targets, "Query", "BatchWriteItem")
        reaper.use_objects("DATA_BUCKET", storage.data, "jobs/", "DeleteObject")
        reaper.list_objects(storage.data, "jobs/")
        reaper.use_table("GENOMES_TABLE", storage.genomes, "Scan", *RELEASE)
        # To delete the files of retired preparations.
        reaper.use_objects("GENOME_BUCKET", storage.genome_files, "genomes/", "DeleteObject")
        reaper.list_objects(storage.genome_files, "genomes/")
        reaper.use_queue("SCAN_QUEUE_URL", self.pipeline.target_scan.queue)
        # Longer than the lifetime of any message, so that the reaper gives up nothing that will still be retried.
        longest = max(consumer.message_lifetime.to_minutes() for consumer in self.preparation.consumers)
        reaper.add_variable("STUCK_MINUTES", str(int(longest) + 40))

    def _grant_ncbi_key(self, settings: Settings) -> None:
        """Let every function that calls NCBI read the API key, if there is one."""
        if settings.ncbi_key_parameter:
            scheduler, downloader = self.scheduling.scheduler, self.preparation.downloader.function
            for function in (self.api.function, scheduler, downloader):
                function.use_parameter("NCBI_KEY_PARAMETER", settings.ncbi_key_parameter)

    def _grant_pipeline(self) -> None:
        storage, pipeline = self.storage, self.pipeline
        scan, off_target = pipeline.target_scan.function, pipeline.off_target.function
        scan.use_table("JOBS_TABLE", storage.jobs, "GetItem", "UpdateItem")
        scan.use_table("TARGETS_TABLE", storage.targets, "PutItem")
        scan.use_table("GENOMES_TABLE", storage.genomes, "GetItem")
        # A query that names a region is read from the genome and stored; the function must see that either object is missing.
        scan.use_objects("DATA_BUCKET", storage.data, "jobs/", *READ, "PutObject")
        scan.use_objects("GENOME_BUCKET", storage.genome_files, "genomes/", *READ)
        scan.list_objects(storage.data, "jobs/")
        scan.list_objects(storage.genome_files, "genomes/")
        scan.use_queue("CONSENSUS_QUEUE_URL", pipeline.consensus.queue)
        scan.use_queue("OFF_TARGET_QUEUE_URL", pipeline.off_target.queue)
        for scorer in (pipeline.consensus.function, off_target):
            # A result and the job's counter of results are written in one transaction.
            scorer.use_table("JOBS_TABLE", storage.jobs, "GetItem", "UpdateItem")
            scorer.use_table("TARGETS_TABLE", storage.targets, "GetItem", "UpdateItem")
        # It may find that an index is damaged: it is built anew, and the job waits, or the genome fails with its waiters.
        off_target.use_table("GENOMES_TABLE", storage.genomes, "PutItem", *RELEASE)
        off_target.use_objects("GENOME_BUCKET", storage.genome_files, "genomes/", *READ)
        off_target.list_objects(storage.genome_files, "genomes/")

    def _grant_off_target_lists(self) -> None:
        storage, lists = self.storage, self.off_target_lists.function
        lists.use_table("TARGETS_TABLE", storage.targets, "GetItem")
        # It may find that an index is damaged, as off_target may.
        lists.use_table("JOBS_TABLE", storage.jobs, "GetItem", "UpdateItem")
        lists.use_table("GENOMES_TABLE", storage.genomes, *RELEASE)
        lists.use_objects("GENOME_BUCKET", storage.genome_files, "genomes/", *READ)
        # A list is stored with its job, and is missing at first.
        lists.use_objects("DATA_BUCKET", storage.data, "jobs/", *READ, "PutObject")
        for bucket, prefix in ((storage.data, "jobs/"), (storage.genome_files, "genomes/")):
            lists.list_objects(bucket, prefix)

    def _grant_mail(self) -> None:
        if self.mail:
            self.mail.subscribed_by(self.api.function)
            self.mail.notifier.use_table("JOBS_TABLE", self.storage.jobs, "GetItem", "UpdateItem")
            self.mail.notifier.use_table("GENOMES_TABLE", self.storage.genomes, "GetItem")

    def _describe(self) -> None:
        outputs = {
            "PageUrl": self.page.origin,
            "ApiUrl": self.api.url,
            "DistributionId": self.page.distribution.distribution_id,
            "JobsTable": self.storage.jobs.table_name,
            "TargetsTable": self.storage.targets.table_name,
            "GenomesTable": self.storage.genomes.table_name,
            "DataBucket": self.storage.data.bucket_name,
            "GenomeBucket": self.storage.genome_files.bucket_name,
            "PageBucket": self.storage.page.bucket_name,
        }
        if self.sign_in and self.page.client:
            outputs["UserPool"] = self.sign_in.pool.user_pool_id
            outputs["UserPoolClient"] = self.page.client.user_pool_client_id
        for name, value in outputs.items():
            cdk.CfnOutput(self, name, value=value)
