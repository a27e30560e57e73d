"""Preflight: accounts of several kinds are each told what to do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from crackling_aws.names import WORKER_TYPES
from crackling_infra.stand_ins import PRODUCTION, make_app
from delivery.account.findings import Finding, Level, table
from delivery.account.needs import Needs, needs_of
from delivery.account.preflight import Preflight
from delivery.cli import main
from delivery.services import Services
from fakes.account import CAREFUL, EVERYWHERE, GENEROUS, FakeAccount, free_plan, half_ready, new

if TYPE_CHECKING:
    from pathlib import Path


def findings(account: FakeAccount, needs: Needs) -> dict[str, Finding]:
    return {one.about: one for one in Preflight(account.clients, needs).findings()}


def levels(account: FakeAccount, needs: Needs, level: Level) -> set[str]:
    return {about for about, one in findings(account, needs).items() if one.level is level}


def test_an_established_account_has_all_that_is_needed() -> None:
    found = findings(FakeAccount(), GENEROUS)
    assert {one.level for one in found.values()} == {Level.OK}
    assert len(found) == 11


def test_an_established_account_hears_of_larger_functions() -> None:
    told = findings(FakeAccount(), CAREFUL)["memory of functions"]
    assert told.level is Level.OK
    assert "-c account=established" in told.remedy
    assert findings(new(), CAREFUL)["memory of functions"].remedy == ""


def test_a_new_account_is_told_to_deploy_the_careful_way_and_what_to_ask_for() -> None:
    assert levels(new(), GENEROUS, Level.FAILURE) == {"memory of functions"}
    found = findings(new(), GENEROUS)
    assert "IsslIndex" in found["memory of functions"].told
    assert "-c account=new" in found["memory of functions"].remedy
    assert "ask for 1,000" in found["concurrency"].remedy
    assert "ask for 32 or more" in found["vCPUs of workers"].remedy
    assert "9,000,000,000" in found["vCPUs of workers"].told, "the smallest that cannot start"
    assert "Your account must be verified" in found["CloudFront"].remedy
    assert levels(new(), CAREFUL, Level.FAILURE) == set()


def test_a_region_without_a_type_of_resources_is_told() -> None:
    without = FakeAccount(without_types=frozenset({"AWS::Budgets::Budget"}))
    found = findings(without, CAREFUL)["types of resources"]
    assert (found.level, found.remedy) == (Level.WARNING, "deploy with `-c budgetAmount=0`")
    assert "AWS::Budgets::Budget" in found.told
    other = FakeAccount(without_types=frozenset({"AWS::Lambda::Function"}))
    assert "another region" in findings(other, CAREFUL)["types of resources"].remedy


def test_an_address_is_asked_for_where_nobody_is_told_of_costs() -> None:
    assert findings(FakeAccount(), CAREFUL)["budget"].level is Level.OK
    nobody = replace(CAREFUL, types=CAREFUL.types - {"AWS::Budgets::Budget"})
    found = findings(FakeAccount(), nobody)["budget"]
    assert (found.level, "-c alarmEmail=ADDRESS" in found.remedy) == (Level.WARNING, True)


def test_the_free_plan_cannot_have_workers() -> None:
    assert levels(free_plan(), CAREFUL, Level.FAILURE) == set()
    found = findings(free_plan(), CAREFUL)
    assert found["types of workers"].level is Level.WARNING
    assert "upgrade to the paid plan" in found["types of workers"].remedy
    expired = replace(free_plan(), plan=("FREE", "EXPIRED"))
    assert levels(expired, CAREFUL, Level.FAILURE) == {"account plan"}


def test_an_account_that_is_half_ready_is_told_what_it_lacks() -> None:
    found = findings(half_ready(), GENEROUS)
    failing = {about for about, one in found.items() if one.level is Level.FAILURE}
    assert failing == {"CDK bootstrap", "default network"}
    assert "create-default-vpc" in found["default network"].remedy
    assert "delivery bootstrap" in found["CDK bootstrap"].remedy
    assert found["vCPUs of workers"].level is Level.WARNING


@pytest.mark.parametrize(
    ("account", "about", "level"),
    [
        (FakeAccount(bootstrap="5"), "CDK bootstrap", Level.FAILURE),
        (FakeAccount(subnets=0), "default network", Level.WARNING),
        (FakeAccount(memory_quota=3008), "memory of functions", Level.FAILURE),
        (FakeAccount(concurrency=400, memory_quota=10_240), "memory of functions", Level.OK),
        (FakeAccount(concurrency=400, functions=[128, 512, 4096]), "memory of functions", Level.OK),
        (FakeAccount(concurrency=400, functions=[128, 512, 3008]), "memory of functions", Level.FAILURE),
        (FakeAccount(distributions=0, distribution_quota=0.0), "CloudFront", Level.FAILURE),
        (FakeAccount(distributions=0, distribution_quota=None), "CloudFront", Level.UNKNOWN),
        (FakeAccount(vcpus=None), "vCPUs of workers", Level.UNKNOWN),
        (FakeAccount(offered=EVERYWHERE - {"t2.nano"}), "type of the builder", Level.OK),
        (FakeAccount(offered=frozenset({"r5.xlarge"})), "type of the builder", Level.WARNING),
        (FakeAccount(offered=frozenset({"t2.nano", "r5.xlarge"})), "types of workers", Level.WARNING),
    ],
)
def test_each_answer_counts_for_what_it_says(account: FakeAccount, about: str, level: Level) -> None:
    assert findings(account, GENEROUS)[about].level is level


@pytest.mark.parametrize(
    ("allowed", "reserved", "level"),
    [(10, 1, Level.FAILURE), (1000, 901, Level.FAILURE), (1000, 900, Level.OK), (10, 0, Level.OK)],
)
def test_reservations_must_leave_what_aws_wants_left(allowed: int, reserved: int, level: Level) -> None:
    found = findings(FakeAccount(concurrency=allowed), replace(CAREFUL, reserved=reserved))
    assert found["concurrency"].level is level


def test_what_may_not_be_asked_stops_nothing() -> None:
    everything = FakeAccount()
    Preflight(everything.clients, GENEROUS).findings()
    muted = replace(everything, mute=frozenset(everything.asked), asked=[])
    found = findings(muted, GENEROUS)
    assert found.pop("budget").level is Level.OK, "the template tells"
    assert {one.level for one in found.values()} == {Level.UNKNOWN}
    assert all("AccessDeniedException" in one.told and one.link for one in found.values())


def test_whatever_is_not_right_has_a_page_of_aws() -> None:
    for account in (new(), free_plan(), half_ready(), replace(new(), default_vpc=False, offered=frozenset())):
        for needs in (CAREFUL, GENEROUS):
            for one in Preflight(account.clients, needs).findings():
                assert one.level is Level.OK or one.link.startswith(
                    ("https://docs.aws.amazon.com/", "https://console.aws.amazon.com/")
                )


def test_a_table_is_aligned() -> None:
    told = table(
        [
            Finding(Level.OK, "one", "is right"),
            Finding(Level.FAILURE, "another", "is not", "do this", "https://docs.aws.amazon.com/x"),
        ]
    )
    assert told == (
        "ok       one      is right\n"
        "FAILS    another  is not\n"
        "                  do this\n"
        "                  https://docs.aws.amazon.com/x\n"
    )


@pytest.fixture(scope="module")
def synthesised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("assembly")
    make_app(PRODUCTION, folder).synth()
    return folder / "cdk.out"


def test_needs_are_read_from_what_is_synthesised(synthesised: Path) -> None:
    needs = needs_of(synthesised, "prod")
    assert needs.memory["Api"] >= 512
    assert max(needs.memory.values()) >= 3008
    assert needs.reserved == 20
    assert needs.at_once > 10
    assert needs.workers == WORKER_TYPES["x86_64"]
    assert needs.spot
    assert needs.builder == ("t2.nano", "x86_64")
    assert needs.distributions == 1
    assert needs.default_vpc
    assert needs.bootstrap is not None
    assert needs.bootstrap[0] == "/cdk-bootstrap/hnb659fds/version"


@pytest.mark.parametrize(
    ("kind", "failing"),
    [("new", set()), ("established", {"memory of functions", "concurrency"}), (None, set())],
)
def test_a_new_account_can_have_what_is_made_for_it(
    kind: str | None, failing: set[str], tmp_path: Path
) -> None:
    """The setting `account` and preflight agree on what a new account allows; without the setting, it is kept to."""
    make_app({"stage": "dev"} | ({"account": kind} if kind else {}), tmp_path).synth()
    assert levels(new(), needs_of(tmp_path / "cdk.out", "dev"), Level.FAILURE) == failing


@pytest.mark.parametrize(("account", "code"), [(FakeAccount(), 0), (half_ready(), 1)])
def test_the_exit_code_says_whether_it_can_work(
    account: FakeAccount, code: int, synthesised: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["preflight", "--stage", "prod", "--assembly", str(synthesised)]
    assert main(words, Services(account=account.clients)) == code
    assert "default network" in capsys.readouterr().out
