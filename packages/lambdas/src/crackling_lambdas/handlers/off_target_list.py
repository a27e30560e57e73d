"""List the off-targets of guides for which a request has no time, for messages of the off-target list queue."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from crackling_aws.messages import ListOffTargets
from crackling_aws.preparation.release import Failure
from crackling_aws.stores.genomes import GenomeStore
from crackling_aws.stores.jobs import JobStore
from crackling_aws.stores.objects import ObjectStore
from crackling_aws.stores.targets import TargetStore
from crackling_lambdas.genomes.annotations import Annotations
from crackling_lambdas.genomes.repairs import Repairs
from crackling_lambdas.index_files.off_target_lookup import make_off_target_finder
from crackling_lambdas.jobs.list_progress import ProgressReport
from crackling_lambdas.jobs.off_target_lists import ListMaking, OffTargetFinder, OffTargetListing, StoredLists
from crackling_lambdas.runtime.consumer import Consumer, SourceQueue
from crackling_lambdas.runtime.entry import Handler, entry_point
from crackling_lambdas.runtime.settings import OffTargetListSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crackling_aws.clients import Clients


def make_handler(
    environ: Mapping[str, str],
    clients: Clients,
    clock: Callable[[], float] = time.time,
    make_off_target_finder: Callable[[ObjectStore], OffTargetFinder] = make_off_target_finder,
) -> Handler:
    settings = OffTargetListSettings.load(environ)
    jobs = JobStore(clients.dynamodb, settings.jobs_table)
    genomes = GenomeStore(clients.dynamodb, settings.genomes_table)
    genome_objects = ObjectStore(clients.s3, settings.genome_bucket)
    making = ListMaking(
        read_job=jobs.get,
        listing=OffTargetListing(
            targets=TargetStore(clients.dynamodb, settings.targets_table, settings.jobs_table),
            genomes=genomes,
            finder=make_off_target_finder(genome_objects),
            annotations=Annotations(objects=genome_objects),
            repairs=Repairs(
                genomes=genomes, failure=Failure(genomes=genomes, jobs=jobs, clock=clock), clock=clock
            ),
        ),
        stored=StoredLists(objects=ObjectStore(clients.s3, settings.data_bucket)),
        report=partial(ProgressReport, clock=clock),
        clock=clock,
    )
    return Consumer(
        source=SourceQueue.of(clients.sqs, settings),
        kind=ListOffTargets,
        work=making.run,
        fail=making.fail,
        task="listing off-targets",
    ).handler()


handler = entry_point(make_handler)
