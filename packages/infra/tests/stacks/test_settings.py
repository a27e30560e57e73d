"""Test the settings' defaults, and that errors name the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from crackling_infra import settings_page
from crackling_infra.context import SettingsError
from crackling_infra.settings import Budget, Settings, options, read_settings, require_folder

ROOT = Path("/repository")


def settings(**context: object) -> Settings:
    return read_settings(context.get, ROOT)


def test_the_defaults() -> None:
    found = settings()
    assert found.stage == "dev"
    assert found.layers_directory == ROOT / "build/layers/cp313-x86_64"
    assert found.functions_directory == ROOT / "build/lambdas"
    assert found.page_directory == ROOT / "packages/frontend/dist"
    assert (found.chunk_size, found.job_days, found.log_retention_days) == (200, 30, 30)
    assert found.ncbi_url == "https://api.ncbi.nlm.nih.gov/datasets/v2"
    assert (found.account, found.lambda_limits.memory_mib) == ("new", 3_008)
    assert found.ncbi_key_parameter is None
    assert found.mail_domains == ()
    assert [found.budget, found.alarm_email, found.ssh_cidr, found.reserved_concurrency] == [None] * 4


def test_the_genomes_that_functions_prepare_follow_the_accounts_memory() -> None:
    new, established = settings(account="new"), settings(account="established")
    assert (established.lambda_limit_bases, established.bowtie2_limit_bases) == (3_300_000_000, 700_000_000)
    assert new.lambda_limit_bases < established.lambda_limit_bases
    assert 0 < new.bowtie2_limit_bases < established.bowtie2_limit_bases
    assert settings(bowtie2="off").bowtie2_limit_bases == 0
    assert settings(lambdaLimitBases="1000").lambda_limit_bases == 1000


def test_whoever_gets_the_alarms_is_told_of_the_budget_unless_there_is_none() -> None:
    assert settings().budget is None, "there is nobody to tell"
    assert settings(alarmEmail="a@example.org").budget == Budget(amount=100, email="a@example.org")
    assert settings(
        alarmEmail="a@example.org", budgetEmail="b@example.org", budgetAmount="9.5"
    ).budget == Budget(amount=9.5, email="b@example.org")
    assert settings(alarmEmail="a@example.org", budgetAmount="0").budget is None


def test_an_established_account_bounds_the_api_by_a_reservation() -> None:
    assert settings(account="established").reserved_concurrency == 20
    assert settings(account="established", reservedConcurrency="0").reserved_concurrency is None
    assert settings(account="established", stage="local").reserved_concurrency is None


def test_a_new_account_has_no_concurrency_to_reserve() -> None:
    with pytest.raises(SettingsError, match=r"reservedConcurrency.*account=established"):
        settings(reservedConcurrency="1")
    assert settings(reservedConcurrency="1", account="established").reserved_concurrency == 1


def test_the_layers_follow_python_and_architecture() -> None:
    found = settings(pythonVersion="3.11", architecture="arm64")
    assert found.layers_directory == ROOT / "build/layers/cp311-arm64"
    assert found.instance_type == "t4g.nano"


def test_the_workers_types_follow_the_architecture_and_the_context() -> None:
    assert settings().worker_types[0] == (4_500_000_000, ("r6i.xlarge", "r5.xlarge", "m6i.2xlarge"))
    assert settings(architecture="arm64").worker_types[0].types[0] == "r7g.xlarge"
    given = settings(workerTypes="2000=m5.large,m5.xlarge;1000=t3.micro")
    assert given.worker_types == ((1000, ("t3.micro",)), (2000, ("m5.large", "m5.xlarge")))


@pytest.mark.parametrize("architecture", ["x86_64", "arm64"])
def test_larger_genomes_have_larger_types(architecture: str) -> None:
    rows = settings(architecture=architecture).worker_types
    assert list(rows) == sorted(rows)
    assert all(rows[i].types[0] != rows[i + 1].types[0] for i in range(len(rows) - 1))


def test_an_absolute_folder_is_taken_as_it_is() -> None:
    assert settings(pageDirectory="/elsewhere").page_directory == Path("/elsewhere")


@pytest.mark.parametrize(
    ("stage", "disposable"),
    [
        ("dev", True),
        ("dev-anna", True),
        ("pr-17", True),
        ("local", True),
        ("prod", False),
        ("developers", False),
    ],
)
def test_which_stages_are_disposable(stage: str, disposable: bool) -> None:
    assert settings(stage=stage, access="open").disposable is disposable


@pytest.mark.parametrize("stage", ["prod", "prod-eu"])
def test_production_chooses_who_may_use_its_api(stage: str) -> None:
    with pytest.raises(
        SettingsError, match=rf"'access': the stage {stage} .*-c access=sign-in.* or access=open"
    ):
        settings(stage=stage)
    assert settings(stage=stage, access="open").access == "open"


@pytest.mark.parametrize("stage", ["dev", "pr-12", "local", "production", "prod"])
def test_every_stage_may_have_people_sign_in(stage: str) -> None:
    assert settings(stage=stage, access="sign-in").access == "sign-in"


@pytest.mark.parametrize("stage", ["aws-lab", "amazonas", "my-cognito"])
def test_the_address_to_sign_in_at_holds_no_word_that_cognito_reserves(stage: str) -> None:
    with pytest.raises(SettingsError, match=r"'stage': .* choose another"):
        settings(stage=stage, access="sign-in")
    assert settings(stage=stage).access == "open"


OIDC = {
    "oidcIssuer": "https://login.example.org",
    "oidcClientId": "crackling",
    "oidcSecret": "crackling/oidc",
}


def test_an_institutes_provider_is_described_wholly_or_not_at_all() -> None:
    provider = settings(access="sign-in", **OIDC, oidcName="Example").identity_provider
    assert provider is not None
    assert (provider.name, provider.issuer, provider.client_id, provider.secret) == (
        "Example",
        *OIDC.values(),
    )
    assert settings(access="sign-in").identity_provider is None
    for missing in OIDC:
        given = {key: value for key, value in OIDC.items() if key != missing}
        with pytest.raises(SettingsError, match="give all or none"):
            settings(access="sign-in", **given)


def test_an_institutes_provider_is_for_stages_where_people_sign_in() -> None:
    with pytest.raises(SettingsError, match=r"'oidcIssuer': nobody signs in; give access=sign-in too"):
        settings(**OIDC)


@pytest.mark.parametrize("stage", ["dev", "pr-12", "local", "production"])
def test_other_stages_are_open(stage: str) -> None:
    assert settings(stage=stage).access == "open"


def test_previews_leave_the_accounts_logging_role_alone() -> None:
    assert settings(stage="prod", access="open").api_logs_role
    assert not settings(stage="pr-17").api_logs_role
    assert not settings(stage="local").api_logs_role
    assert not settings(stage="prod", access="open", apiLogsRole="off").api_logs_role


def test_mail_is_for_the_domains_that_are_named() -> None:
    assert settings(mailDomains="example.org,lab.example.com").mail_domains == (
        "example.org",
        "lab.example.com",
    )


@pytest.mark.parametrize("value", ["off", "False", False])
def test_switches_are_read_from_the_command_line_and_from_json(value: str) -> None:
    assert settings(bowtie2=value).bowtie2 is False


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("stage", "Prod"),
        ("stage", "-"),
        ("stage", "a" * 25),
        ("access", "closed"),
        ("account", "old"),
        ("pythonVersion", "2.7"),
        ("architecture", "riscv"),
        ("logRetentionDays", "31"),
        ("jobDays", "0"),
        ("jobDays", "soon"),
        ("throttleRate", "0"),
        ("throttleBurst", "-1"),
        ("preparationConcurrency", "1"),
        ("scoringConcurrency", "1"),
        ("scoringConcurrency", "11"),
        ("reservedConcurrency", "x"),
        ("chunkSize", "0"),
        ("uploadLimitBytes", str(5 * 2**30 + 1)),
        ("pageOrigins", "*"),
        ("pageOrigins", "https://example.org/path"),
        ("uploadOrigins", "https://a.example https://b.example"),
        ("bowtie2", "perhaps"),
        ("ncbiUrl", "ftp://example.org"),
        ("ncbiKeyParameter", "no key"),
        ("lambdaLimitBases", "0"),
        ("apiLogsRole", "2"),
        ("alarmEmail", "nobody"),
        ("mailDomains", "someone@example.org"),
        ("mailDomains", "example"),
        ("mailDomains", "example.org, example.com"),
        ("mailDomains", "*.example.org"),
        ("budgetAmount", "much"),
        ("budgetEmail", "nobody"),
        ("workerTypes", "r6i.xlarge"),
        ("workerTypes", "1000="),
        ("workerTypes", "many=r6i.xlarge"),
        ("workerScratchGb", "7"),
        ("workerHours", "25"),
        ("workerSpot", "cheap"),
        ("ubuntuRelease", "24.10"),
        ("instanceType", "nano"),
        ("signInOrigin", "localhost"),
        ("signInOrigin", "https://example.org/path"),
        ("oidcIssuer", "http://login.example.org"),
        ("oidcSecret", "a secret"),
        ("oidcName", "_us"),
        ("sshCidr", "192.0.2.1/24"),
        ("sshCidr", "everyone"),
    ],
)
def test_an_unusable_value_is_refused_by_the_name_of_its_key(key: str, value: str) -> None:
    with pytest.raises(SettingsError, match=key):
        settings(**{key: value})


@pytest.mark.parametrize("cidr", ["0.0.0.0/0", "10.0.0.0/7"])
def test_ssh_is_not_opened_to_the_world(cidr: str) -> None:
    with pytest.raises(SettingsError, match="sshCidr"):
        settings(sshCidr=cidr)


def test_a_folder_that_is_missing_or_empty_is_named_with_what_makes_it(tmp_path: Path) -> None:
    for folder in (tmp_path / "layers", tmp_path):
        with pytest.raises(SettingsError, match=rf"{folder}: .*`nox -s layers` makes it"):
            require_folder(folder, "nox -s layers")


def test_the_documentation_lists_the_settings_as_they_are() -> None:
    assert settings_page.main(["--check"]) == 0, "stale: run `./scripts/test -s generated -- --write`"


def test_a_page_of_settings_that_is_stale_fails_until_it_is_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings_page, "PAGE", tmp_path / "settings.md")
    settings_page.PAGE.write_text(settings_page.text().replace("`stage`", "`stages`"))
    assert settings_page.main(["--check"]) == 1
    assert settings_page.main([]) == 0
    assert settings_page.main(["--check"]) == 0


def test_each_setting_is_listed_once() -> None:
    keys = [option.key for option in options()]
    assert len(keys) == len(set(keys))
