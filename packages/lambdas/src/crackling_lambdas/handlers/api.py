"""Handle requests to the REST API, whose routes are in `crackling_lambdas.api`."""

import time
from collections.abc import Callable, Mapping

from aws_lambda_powertools.utilities.typing import LambdaContext

from crackling.ncbi import RetryPolicy
from crackling_aws.clients import Clients
from crackling_aws.email import EmailTopic
from crackling_aws.messages import ListOffTargets, PrepareGenome
from crackling_aws.preparation.release import Failure
from crackling_aws.queues import Queue
from crackling_aws.stores.genomes import GenomeStore
from crackling_aws.stores.jobs import JobStore
from crackling_aws.stores.objects import ObjectStore
from crackling_aws.stores.targets import TargetStore
from crackling_aws.stores.usage import UsageStore
from crackling_lambdas.api.app import make_app
from crackling_lambdas.api.problems import as_answer, fitting, problem
from crackling_lambdas.api.requests import UnreadableError, readable
from crackling_lambdas.caps import Cap, Caps, Resource
from crackling_lambdas.genomes.annotations import Annotations
from crackling_lambdas.genomes.claims import Claims
from crackling_lambdas.genomes.expectation import Expectations
from crackling_lambdas.genomes.library import Library
from crackling_lambdas.genomes.ncbi import NcbiClient
from crackling_lambdas.genomes.repairs import Repairs
from crackling_lambdas.genomes.search import Catalogue, Search
from crackling_lambdas.index_files.lookup_watch import TimeLimit
from crackling_lambdas.index_files.off_target_lookup import make_off_target_finder
from crackling_lambdas.jobs.deletion import Deletion
from crackling_lambdas.jobs.email_subscriptions import EmailSubscriptions
from crackling_lambdas.jobs.off_target_lists import (
    OffTargetFinder,
    OffTargetListing,
    OffTargetLists,
    StoredLists,
)
from crackling_lambdas.jobs.results import Results
from crackling_lambdas.jobs.submission import Submission
from crackling_lambdas.runtime.entry import Answer, Event, Handler, entry_point
from crackling_lambdas.runtime.settings import ApiSettings

GB = 10**9
# For requests whose user waits: API Gateway waits at most 29 s. A cold start and the genes of a large genome need the others.
LIST_SECONDS = 20.0
RETRY_POLICY = RetryPolicy(connect_seconds=3, silence_seconds=5, attempts=2, max_wait_seconds=2)


def make_handler(
    environ: Mapping[str, str],
    clients: Clients,
    clock: Callable[[], float] = time.time,
    make_off_target_finder: Callable[[ObjectStore], OffTargetFinder] = make_off_target_finder,
    catalogue: Catalogue | None = None,
) -> Handler:
    settings = ApiSettings.load(environ)
    jobs = JobStore(clients.dynamodb, settings.jobs_table)
    genomes = GenomeStore(clients.dynamodb, settings.genomes_table)
    data = ObjectStore(clients.s3, settings.data_bucket)
    genome_objects = ObjectStore(clients.s3, settings.genome_bucket)
    targets = TargetStore(clients.dynamodb, settings.targets_table, settings.jobs_table)
    claims = Claims(genomes=genomes, clock=clock)
    caps = Caps(
        usage=UsageStore(clients.dynamodb, settings.usage_table),
        caps={
            Resource.JOBS: Cap(settings.client_jobs, settings.daily_jobs),
            Resource.BASES: Cap(settings.client_bases, settings.daily_bases),
            Resource.UPLOADS: Cap(settings.client_uploads, settings.daily_uploads),
            Resource.PREPARATIONS: Cap(settings.client_preparations, settings.daily_preparations),
            Resource.DOWNLOADS: Cap(GB * settings.client_download_gb, GB * settings.daily_download_gb),
        },
        clock=clock,
    )
    subscriptions = EmailSubscriptions(
        topic=EmailTopic(clients, settings.mail_topic), domains=settings.mailed_domains
    )
    app = make_app(
        Submission(
            jobs=jobs,
            genomes=genomes,
            queries=data,
            uploads=genome_objects,
            subscriptions=subscriptions,
            claims=claims,
            caps=caps,
            chunk_size=settings.chunk_size,
            job_days=settings.job_days,
            clock=clock,
        ),
        Results(
            jobs=jobs,
            targets=targets,
            genomes=genomes,
            objects=data,
            off_target_lists=OffTargetLists(
                listing=OffTargetListing(
                    targets=targets,
                    genomes=genomes,
                    finder=make_off_target_finder(genome_objects),
                    annotations=Annotations(objects=genome_objects),
                    repairs=Repairs(
                        genomes=genomes,
                        failure=Failure(genomes=genomes, jobs=jobs, clock=clock),
                        clock=clock,
                    ),
                ),
                stored=StoredLists(objects=data),
                queue=Queue[ListOffTargets](clients.sqs, settings.off_target_list_queue_url),
                watch=TimeLimit(seconds=LIST_SECONDS),
                clock=clock,
            ),
            clock=clock,
        ),
        Deletion(jobs=jobs, targets=targets, genomes=genomes, objects=data, clock=clock),
        Library(
            genomes=genomes,
            objects=genome_objects,
            claims=claims,
            caps=caps,
            bowtie2_builds=Queue[PrepareGenome](clients.sqs, settings.bowtie2_queue_url),
            bowtie2_limit_bases=settings.bowtie2_limit_bases,
            upload_limit_bytes=settings.upload_limit_bytes,
            clock=clock,
        ),
        Search(
            catalogue=catalogue or NcbiClient(settings=settings, clients=clients, retry_policy=RETRY_POLICY),
            expectations=Expectations(genomes=genomes, lambda_limit_bases=settings.lambda_limit_bases),
        ),
        caps,
        settings.page_key,
    )

    def handle(event: Event, context: LambdaContext) -> Answer:
        try:
            request = readable(event)
        except UnreadableError as error:
            return as_answer(problem(error.status, str(error)))
        return fitting(app.resolve(request, context))

    return handle


handler = entry_point(make_handler)
