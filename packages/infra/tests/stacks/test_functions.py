"""Every function: its settings, its environment, its layers."""

import pytest

from templates import target

COMMON = {
    "STAGE",
    "POWERTOOLS_SERVICE_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
    "POWERTOOLS_LOG_LEVEL",
}
ENVIRONMENT = {
    "api": {
        "JOBS_TABLE", "TARGETS_TABLE", "GENOMES_TABLE", "DATA_BUCKET", "GENOME_BUCKET", "DOWNLOAD_QUEUE_URL",
        "BOWTIE2", "CHUNK_SIZE", "JOB_DAYS", "UPLOAD_LIMIT_BYTES", "NCBI_URL",
    },
    "scheduler": {"JOBS_TABLE", "GENOMES_TABLE", "DOWNLOAD_QUEUE_URL", "SCAN_QUEUE_URL", "BOWTIE2"},
    "downloader": {
        "JOBS_TABLE", "GENOMES_TABLE", "GENOME_BUCKET", "BOWTIE2_QUEUE_URL", "ISSL_QUEUE_URL", "NCBI_URL",
        "MAX_RECEIVE_COUNT",
    },
    "bowtie2_index": {"JOBS_TABLE", "GENOMES_TABLE", "GENOME_BUCKET", "SCAN_QUEUE_URL", "MAX_RECEIVE_COUNT"},
    "issl_index": {"JOBS_TABLE", "GENOMES_TABLE", "GENOME_BUCKET", "SCAN_QUEUE_URL", "MAX_RECEIVE_COUNT"},
    "target_scan": {
        "JOBS_TABLE", "TARGETS_TABLE", "DATA_BUCKET", "CONSENSUS_QUEUE_URL", "OFF_TARGET_QUEUE_URL",
        "MAX_RECEIVE_COUNT",
    },
    "consensus": {"JOBS_TABLE", "TARGETS_TABLE", "MAX_RECEIVE_COUNT"},
    "off_target": {"JOBS_TABLE", "TARGETS_TABLE", "GENOMES_TABLE", "GENOME_BUCKET", "MAX_RECEIVE_COUNT"},
    "reaper": {"JOBS_TABLE", "GENOMES_TABLE", "SCAN_QUEUE_URL"},
}  # fmt: skip
EXTRA_LAYERS = {"bowtie2_index": ["bowtie2"], "consensus": ["viennarna"]}


def layers_of(template, module):
    return [target(layer) for layer in template.functions()[module]["Layers"]]


def test_each_function_is_there_once(service):
    assert set(service.functions()) == set(ENVIRONMENT)


@pytest.mark.parametrize("module", ENVIRONMENT)
def test_a_function_has_exactly_the_environment_that_it_reads(service, module):
    variables = service.functions()[module]["Environment"]["Variables"]
    assert set(variables) == COMMON | ENVIRONMENT[module]
    assert variables["POWERTOOLS_SERVICE_NAME"] == module


@pytest.mark.parametrize("module", ENVIRONMENT)
def test_a_variable_names_what_it_says(service, module):
    """No JOBS_TABLE that is another table, no SCAN_QUEUE_URL that is another queue or a dead-letter queue."""
    names = {
        "JOBS_TABLE": "StorageJobs",
        "TARGETS_TABLE": "StorageTargets",
        "GENOMES_TABLE": "StorageGenomes",
        "DATA_BUCKET": "StorageData",
        "GENOME_BUCKET": "StorageGenomeFiles",
        "DOWNLOAD_QUEUE_URL": "GenomesDownloadQueue",
        "BOWTIE2_QUEUE_URL": "GenomesBowtie2Queue",
        "ISSL_QUEUE_URL": "GenomesIsslQueue",
        "SCAN_QUEUE_URL": "DesignScanQueue",
        "CONSENSUS_QUEUE_URL": "DesignOnTargetQueue",
        "OFF_TARGET_QUEUE_URL": "DesignOffTargetQueue",
    }
    variables = service.functions()[module]["Environment"]["Variables"]
    for name in names.keys() & variables.keys():
        assert target(variables[name]).startswith(names[name])


@pytest.mark.parametrize("module", ENVIRONMENT)
def test_a_function_has_the_layers_that_it_imports(service, module):
    names = {
        layer.removeprefix("Functions").lower().partition("layer")[0] for layer in layers_of(service, module)
    }
    assert names == {"crackling", "runtime", *EXTRA_LAYERS.get(module, [])}


def test_every_function_has_its_own_role_and_its_own_log_group(service):
    functions = service.functions().values()
    assert len({target(function["Role"]) for function in functions}) == len(functions)
    assert len({target(function["LoggingConfig"]["LogGroup"]) for function in functions}) == len(functions)


def test_every_function_is_traced_and_bounded(service):
    for function in service.functions().values():
        assert function["TracingConfig"] == {"Mode": "Active"}
        assert 0 < function["Timeout"] <= 900
        assert 256 <= function["MemorySize"] <= 10_240
        assert 512 <= function["EphemeralStorage"]["Size"] <= 10_240


def test_the_api_answers_before_api_gateway_gives_up(service):
    assert service.functions()["api"]["Timeout"] <= 29


def test_builders_have_all_that_lambda_offers(service):
    for module in ("bowtie2_index", "issl_index"):
        function = service.functions()[module]
        assert (function["MemorySize"], function["EphemeralStorage"]["Size"], function["Timeout"]) == (
            10_240,
            10_240,
            900,
        )


def test_the_cdks_helpers_log_to_groups_that_forget_too(service):
    for function in service.of("AWS::Lambda::Function").values():
        assert target(function["LoggingConfig"]["LogGroup"]) in service.of("AWS::Logs::LogGroup")


def test_every_log_group_has_a_retention(service):
    groups = service.of("AWS::Logs::LogGroup")
    assert groups
    assert all(group["RetentionInDays"] == 30 for group in groups.values())


def test_settings_reach_the_functions(synthesise):
    service, _ = synthesise(
        pythonVersion="3.11",
        architecture="arm64",
        chunkSize="50",
        jobDays="3",
        ncbiUrl="http://localhost:9",
        logRetentionDays="7",
        bowtie2="off",
    )
    functions = service.functions()
    for function in functions.values():
        assert (function["Runtime"], function["Architectures"]) == ("python3.11", ["arm64"])
    api = functions["api"]["Environment"]["Variables"]
    assert (api["CHUNK_SIZE"], api["JOB_DAYS"], api["BOWTIE2"]) == ("50", "3", "off")
    assert functions["downloader"]["Environment"]["Variables"]["NCBI_URL"] == "http://localhost:9"
    assert {group["RetentionInDays"] for group in service.of("AWS::Logs::LogGroup").values()} == {7}
    assert len(layers_of(service, "bowtie2_index")) == 2


def test_reserved_concurrency_is_for_the_api_and_by_request(development, production):
    assert "ReservedConcurrentExecutions" not in development[0].functions()["api"]
    reserved = [
        name for name, found in production[0].functions().items() if "ReservedConcurrentExecutions" in found
    ]
    assert reserved == ["api"]
