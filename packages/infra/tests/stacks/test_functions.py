"""Test every function's settings, environment and layers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crackling_aws.settings import variables
from crackling_worker.settings import WorkerSettings
from templates import MODULES, WITH_MAIL, Synthesise, Template, Templates, each_function, settings_of, target

# Powertools reads them.
COMMON = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_LOG_LEVEL"}
# Their defaults hold in every deployment.
FIXED = {"BOWTIE2_BUILD", "SHARD_BASES"}
EXTRA_LAYERS = {"bowtie2_index": ["bowtie2"], "consensus": ["viennarna"]}


def layers_of(template: Template, module: str) -> list[str]:
    return [target(layer) for layer in template.functions()[module]["Layers"]]


def environment(template: Template, module: str) -> dict[str, Any]:
    found: dict[str, Any] = template.functions()[module]["Environment"]["Variables"]
    return found


def test_each_function_is_there_once(
    development: tuple[Template, Template], production: tuple[Template, Template]
) -> None:
    assert set(production[0].functions()) == set(MODULES)
    assert set(development[0].functions()) == {*MODULES} - {WITH_MAIL}


@each_function
def test_a_function_has_what_it_needs_and_nothing_that_it_does_not_read(
    service: Template, module: str
) -> None:
    given = environment(service, module)
    known = variables(settings_of(module))
    needed = {name for name, required in known.items() if required}
    assert COMMON | needed <= set(given) <= COMMON | set(known)
    assert given["POWERTOOLS_SERVICE_NAME"] == module


@pytest.mark.parametrize("module", MODULES)
def test_with_every_option_on_a_function_has_all_that_it_reads(
    production: tuple[Template, Template], module: str
) -> None:
    """A variable with a default could otherwise be forgotten: its function would go on with the default."""
    known = set(variables(settings_of(module))) - FIXED
    assert set(environment(production[0], module)) == COMMON | known


def test_workers_have_all_that_they_read(production: tuple[Template, Template]) -> None:
    [parameter] = production[0].of("AWS::SSM::Parameter").values()
    text = "".join(part if isinstance(part, str) else "?" for part in parameter["Value"]["Fn::Join"][1])
    assert set(json.loads(text)) == set(variables(WorkerSettings))


@each_function
def test_a_variable_names_what_it_says(service: Template, module: str) -> None:
    """JOBS_TABLE names the Jobs table, SCAN_QUEUE_URL names the scan's queue and not its dead-letter queue, and so on."""
    names = {
        "JOBS_TABLE": "StorageJobs",
        "TARGETS_TABLE": "StorageTargets",
        "GENOMES_TABLE": "StorageGenomes",
        "USAGE_TABLE": "StorageUsage",
        "DATA_BUCKET": "StorageData",
        "GENOME_BUCKET": "StorageGenomeFiles",
        "DOWNLOAD_QUEUE_URL": "PreparationDownloadQueue",
        "BOWTIE2_QUEUE_URL": "PreparationBowtie2Queue",
        "ISSL_QUEUE_URL": "PreparationIsslQueue",
        "SCAN_QUEUE_URL": "PipelineScanQueue",
        "CONSENSUS_QUEUE_URL": "PipelineConsensusQueue",
        "OFF_TARGET_QUEUE_URL": "PipelineOffTargetQueue",
        "OFF_TARGET_LIST_QUEUE_URL": "OffTargetListsQueue",
        "MAIL_TOPIC": "MailTopic",
    }
    given = environment(service, module)
    for name in names.keys() & given.keys():
        assert target(given[name]).startswith(names[name])


@each_function
def test_a_function_has_the_layers_that_it_imports(service: Template, module: str) -> None:
    names = {
        layer.removeprefix("Functions").lower().partition("layer")[0] for layer in layers_of(service, module)
    }
    assert names == {"crackling", "runtime", *EXTRA_LAYERS.get(module, [])}


def test_every_function_has_its_own_role_and_its_own_log_group(service: Template) -> None:
    functions = service.functions().values()
    assert len({target(function["Role"]) for function in functions}) == len(functions)
    assert len({target(function["LoggingConfig"]["LogGroup"]) for function in functions}) == len(functions)


def test_every_function_is_traced_and_bounded(service: Template) -> None:
    for function in service.functions().values():
        assert function["TracingConfig"] == {"Mode": "Active"}
        assert 0 < function["Timeout"] <= 900
        assert 256 <= function["MemorySize"] <= 10_240
        assert 512 <= function["EphemeralStorage"]["Size"] <= 10_240


def test_the_api_answers_before_api_gateway_gives_up(service: Template) -> None:
    assert service.functions()["api"]["Timeout"] <= 29


def test_builders_have_all_that_lambda_offers(production: Templates) -> None:
    service, _ = production
    for module in ("bowtie2_index", "issl_index"):
        function = service.functions()[module]
        assert (function["MemorySize"], function["EphemeralStorage"]["Size"], function["Timeout"]) == (
            10_240,
            10_240,
            900,
        )


def test_the_cdks_helpers_log_to_groups_that_forget_too(service: Template) -> None:
    for function in service.of("AWS::Lambda::Function").values():
        assert target(function["LoggingConfig"]["LogGroup"]) in service.of("AWS::Logs::LogGroup")


def test_every_log_group_has_a_retention(service: Template) -> None:
    groups = service.of("AWS::Logs::LogGroup")
    assert groups
    assert all(group["RetentionInDays"] == 30 for group in groups.values())


def test_settings_reach_the_functions(synthesise: Synthesise) -> None:
    service, _ = synthesise(
        pythonVersion="3.11",
        architecture="arm64",
        chunkSize="50",
        jobDays="3",
        ncbiUrl="http://localhost:9",
        logRetentionDays="7",
        bowtie2="off",
        lambdaLimitBases="1000",
        ncbiKeyParameter="/crackling/ncbi-key",
    )
    functions = service.functions()
    for function in functions.values():
        assert (function["Runtime"], function["Architectures"]) == ("python3.11", ["arm64"])
    api = functions["api"]["Environment"]["Variables"]
    assert (api["CHUNK_SIZE"], api["JOB_DAYS"], api["BOWTIE2_LIMIT_BASES"]) == ("50", "3", "0")
    for module in ("api", "scheduler", "downloader"):
        given = environment(service, module)
        assert (given["NCBI_URL"], given["LAMBDA_LIMIT_BASES"]) == ("http://localhost:9", "1000")
        assert given["NCBI_KEY_PARAMETER"] == "/crackling/ncbi-key"
    assert {group["RetentionInDays"] for group in service.of("AWS::Logs::LogGroup").values()} == {7}
    assert len(layers_of(service, "bowtie2_index")) == 2


def test_reserved_concurrency_is_for_the_api_and_by_request(
    development: Templates, production: Templates
) -> None:
    assert "ReservedConcurrentExecutions" not in development[0].functions()["api"]
    reserved = [
        name for name, found in production[0].functions().items() if "ReservedConcurrentExecutions" in found
    ]
    assert reserved == ["api"]


def test_a_consumer_knows_its_own_queue(service: Template) -> None:
    sources = {
        target(source["FunctionName"]): target(source["EventSourceArn"])
        for source in service.of("AWS::Lambda::EventSourceMapping").values()
        if "ScalingConfig" in source
    }
    assert len(sources) == 7
    for module in service.functions():
        if service.function_id(module) in sources:
            queue = environment(service, module)["QUEUE_URL"]
            assert target(queue) == sources[service.function_id(module)]


def test_the_reaper_waits_longer_than_the_life_of_every_message_of_a_preparation(service: Template) -> None:
    queues = [
        queue for name, queue in service.of("AWS::SQS::Queue").items() if name.startswith("Preparation")
    ]
    lives = [
        queue["VisibilityTimeout"] * queue["RedrivePolicy"]["maxReceiveCount"]
        for queue in queues
        if "RedrivePolicy" in queue
    ]
    assert len(lives) == 3
    minutes = int(service.functions()["reaper"]["Environment"]["Variables"]["STUCK_MINUTES"])
    assert max(lives) < 60 * minutes <= 1.2 * max(lives)


def test_mails_link_to_the_page_at_its_own_domain_or_at_the_distribution(
    production: Templates, synthesise: Synthesise
) -> None:
    [distribution] = production[0].of("AWS::CloudFront::Distribution")
    url = production[0].functions()["notifier"]["Environment"]["Variables"]["PAGE_URL"]
    assert url == {"Fn::Join": ["", ["https://", {"Fn::GetAtt": [distribution, "DomainName"]}]]}
    service, _ = synthesise(
        mailDomains="example.org", pageOrigins="https://guides.example.org,https://old.example"
    )
    assert environment(service, "notifier")["PAGE_URL"] == "https://guides.example.org"
