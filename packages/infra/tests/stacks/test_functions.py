"""Test every function's settings, environment and layers."""

from templates import each_function, target

COMMON = {
    "STAGE",
    "POWERTOOLS_SERVICE_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
    "POWERTOOLS_LOG_LEVEL",
}
CONSUMER = {"QUEUE_URL", "MAX_RECEIVE_COUNT"}
LAUNCHING = {"WORKER_IMAGE_PARAMETER", "WORKER_LAUNCH_TEMPLATE", "WORKER_TYPES"}
ENVIRONMENT = {
    "api": {
        "JOBS_TABLE", "TARGETS_TABLE", "GENOMES_TABLE", "DATA_BUCKET", "GENOME_BUCKET",
        "BOWTIE2", "CHUNK_SIZE", "JOB_DAYS", "UPLOAD_LIMIT_BYTES", "LAMBDA_LIMIT_BASES", "NCBI_URL",
    },
    "scheduler": {
        "JOBS_TABLE", "GENOMES_TABLE", "GENOME_BUCKET", "DOWNLOAD_QUEUE_URL", "SCAN_QUEUE_URL", "BOWTIE2", "NCBI_URL",
        "LAMBDA_LIMIT_BASES", *LAUNCHING,
    },
    "downloader": {
        "JOBS_TABLE", "GENOMES_TABLE", "GENOME_BUCKET", "BOWTIE2_QUEUE_URL", "ISSL_QUEUE_URL", "NCBI_URL",
        "LAMBDA_LIMIT_BASES", *CONSUMER,
    },
    "bowtie2_index": {"JOBS_TABLE", "GENOMES_TABLE", "GENOME_BUCKET", "SCAN_QUEUE_URL", *CONSUMER},
    "issl_index": {"JOBS_TABLE", "GENOMES_TABLE", "GENOME_BUCKET", "SCAN_QUEUE_URL", *CONSUMER},
    "target_scan": {
        "JOBS_TABLE", "TARGETS_TABLE", "GENOMES_TABLE", "DATA_BUCKET", "GENOME_BUCKET", "CONSENSUS_QUEUE_URL",
        "OFF_TARGET_QUEUE_URL", *CONSUMER,
    },
    "consensus": {"JOBS_TABLE", "TARGETS_TABLE", *CONSUMER},
    "off_target": {"JOBS_TABLE", "TARGETS_TABLE", "GENOMES_TABLE", "GENOME_BUCKET", *CONSUMER},
    "reaper": {"JOBS_TABLE", "GENOMES_TABLE", "SCAN_QUEUE_URL", "STUCK_MINUTES", *LAUNCHING, "WORKER_HOURS"},
}  # fmt: skip
MAILING = {
    "api": ENVIRONMENT["api"] | {"MAIL_TOPIC", "MAIL_DOMAINS"},
    "notifier": {"JOBS_TABLE", "GENOMES_TABLE", "MAIL_TOPIC", "PAGE_URL"},
}
EXTRA_LAYERS = {"bowtie2_index": ["bowtie2"], "consensus": ["viennarna"]}


def layers_of(template, module):
    return [target(layer) for layer in template.functions()[module]["Layers"]]


def environments(template):
    """Return the environment variables that each function reads, in a deployment with or without email."""
    mails = any(name.startswith("MailTopic") for name in template.of("AWS::SNS::Topic"))
    return ENVIRONMENT | MAILING if mails else ENVIRONMENT


def test_each_function_is_there_once(development, production):
    assert set(development[0].functions()) == set(ENVIRONMENT)
    assert set(production[0].functions()) == {*ENVIRONMENT, "notifier"}


@each_function
def test_a_function_has_exactly_the_environment_that_it_reads(service, module):
    variables = service.functions()[module]["Environment"]["Variables"]
    assert set(variables) == COMMON | environments(service)[module]
    assert variables["POWERTOOLS_SERVICE_NAME"] == module


@each_function
def test_a_variable_names_what_it_says(service, module):
    """JOBS_TABLE names the Jobs table, SCAN_QUEUE_URL names the scan's queue and not its dead-letter queue, and so on."""
    names = {
        "JOBS_TABLE": "StorageJobs",
        "TARGETS_TABLE": "StorageTargets",
        "GENOMES_TABLE": "StorageGenomes",
        "DATA_BUCKET": "StorageData",
        "GENOME_BUCKET": "StorageGenomeFiles",
        "DOWNLOAD_QUEUE_URL": "PreparationDownloadQueue",
        "BOWTIE2_QUEUE_URL": "PreparationBowtie2Queue",
        "ISSL_QUEUE_URL": "PreparationIsslQueue",
        "SCAN_QUEUE_URL": "PipelineScanQueue",
        "CONSENSUS_QUEUE_URL": "PipelineConsensusQueue",
        "OFF_TARGET_QUEUE_URL": "PipelineOffTargetQueue",
        "MAIL_TOPIC": "MailTopic",
    }
    variables = service.functions()[module]["Environment"]["Variables"]
    for name in names.keys() & variables.keys():
        assert target(variables[name]).startswith(names[name])


@each_function
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


def test_builders_have_all_that_lambda_offers(production):
    service, _ = production
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
        lambdaLimitBases="1000",
        ncbiKeyParameter="/crackling/ncbi-key",
    )
    functions = service.functions()
    for function in functions.values():
        assert (function["Runtime"], function["Architectures"]) == ("python3.11", ["arm64"])
    api = functions["api"]["Environment"]["Variables"]
    assert (api["CHUNK_SIZE"], api["JOB_DAYS"], api["BOWTIE2"]) == ("50", "3", "off")
    for module in ("api", "scheduler", "downloader"):
        variables = functions[module]["Environment"]["Variables"]
        assert (variables["NCBI_URL"], variables["LAMBDA_LIMIT_BASES"]) == ("http://localhost:9", "1000")
        assert variables["NCBI_KEY_PARAMETER"] == "/crackling/ncbi-key"
    assert {group["RetentionInDays"] for group in service.of("AWS::Logs::LogGroup").values()} == {7}
    assert len(layers_of(service, "bowtie2_index")) == 2


def test_reserved_concurrency_is_for_the_api_and_by_request(development, production):
    assert "ReservedConcurrentExecutions" not in development[0].functions()["api"]
    reserved = [
        name for name, found in production[0].functions().items() if "ReservedConcurrentExecutions" in found
    ]
    assert reserved == ["api"]


def test_a_consumer_knows_its_own_queue(service):
    sources = {
        target(source["FunctionName"]): target(source["EventSourceArn"])
        for source in service.of("AWS::Lambda::EventSourceMapping").values()
        if "ScalingConfig" in source
    }
    for module, names in ENVIRONMENT.items():
        if names >= CONSUMER:
            variables = service.functions()[module]["Environment"]["Variables"]
            assert target(variables["QUEUE_URL"]) == sources[service.function_id(module)]


def test_the_reaper_waits_longer_than_the_life_of_every_message_of_a_preparation(service):
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


def test_mails_link_to_the_page_at_its_own_domain_or_at_the_distribution(production, synthesise):
    [distribution] = production[0].of("AWS::CloudFront::Distribution")
    url = production[0].functions()["notifier"]["Environment"]["Variables"]["PAGE_URL"]
    assert url == {"Fn::Join": ["", ["https://", {"Fn::GetAtt": [distribution, "DomainName"]}]]}
    service, _ = synthesise(
        mailDomains="example.org", pageOrigins="https://guides.example.org,https://old.example"
    )
    variables = service.functions()["notifier"]["Environment"]["Variables"]
    assert variables["PAGE_URL"] == "https://guides.example.org"
