from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from delivery.cli import main
from delivery.commands import deploy
from delivery.program import DeliveryError
from delivery.services import Services
from delivery.stacks import smoke_test
from delivery.stacks.assembly import template_of
from delivery.stacks.release import with_template
from fakes.account import FakeAccount
from fakes.cloudformation import Stack
from worlds import FakeWorld

if TYPE_CHECKING:
    from pathlib import Path

STACK = "CracklingStack-prod"


@dataclass
class Deployer:
    """Deploys to the fake; what was deployed, in order."""

    world: FakeWorld
    account: FakeAccount = field(default_factory=FakeAccount)
    fails: bool = False
    deployed: list[Any] = field(default_factory=list)

    def deploy(self, assembly: Path, stack: str, **parameters: str) -> None:
        assert parameters == {}
        if self.fails:
            raise DeliveryError("cdk deploy failed (exit code 1); see above")
        template = template_of(assembly, stack)
        self.deployed.append(template["Resources"])
        self.world.cloudformation.stacks[stack] = Stack(template, {"PageUrl": "https://page.example"})


@pytest.fixture
def deployer() -> Deployer:
    return Deployer(FakeWorld())


def an_assembly(folder: Path, version: str) -> Path:
    out = folder / version
    (out / f"asset.{version}").mkdir(parents=True)
    content = json.dumps(
        {"Resources": {"Version": {"Type": "AWS::SNS::Topic", "Properties": {"V": version}}}}
    )
    digest = hashlib.sha256(content.encode()).hexdigest()
    (out / "CracklingStack.template.json").write_text(content)
    asset = {
        "source": {"path": "CracklingStack.template.json", "packaging": "file"},
        "destinations": {"here": {"objectKey": f"{digest}.json"}},
    }
    other = {"source": {"path": f"asset.{version}"}, "destinations": {"here": {"objectKey": "x"}}}
    manifest = {"files": {digest: asset, "other": other}}
    (out / "CracklingStack.assets.json").write_text(json.dumps(manifest))
    properties = {
        "templateFile": "CracklingStack.template.json",
        "stackName": STACK,
        "stackTemplateAssetObjectUrl": f"s3://bucket/{digest}.json",
    }
    artifact = {"type": "aws:cloudformation:stack", "properties": properties}
    (out / "manifest.json").write_text(json.dumps({"artifacts": {"CracklingStack": artifact}}))
    return out


def run(deployer: Deployer, assembly: Path, *arguments: str) -> int:
    return call(deployer, "--stage", "prod", "--assembly", str(assembly), *arguments)


def call(deployer: Deployer, *arguments: str) -> int:
    world = deployer.world
    account = deployer.account.clients
    return main(
        ["deploy", *arguments],
        Services(aws=world.aws, account=account, deployer=deployer, clock=world.clock),
    )


def versions(deployer: Deployer) -> list[str]:
    return [resources["Version"]["Properties"]["V"] for resources in deployer.deployed]


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were tried."""
    addresses: list[str] = []
    monkeypatch.setattr(deploy, "check_stage", lambda url, *_more: addresses.append(url))
    return addresses


def broken(*_stage: object) -> None:
    raise DeliveryError("the sample's job failed")


def test_it_deploys_and_tries_what_it_has_deployed(
    deployer: Deployer, tmp_path: Path, tried: list[str]
) -> None:
    assert run(deployer, an_assembly(tmp_path, "1")) == 0
    assert (versions(deployer), tried) == (["1"], ["https://page.example"])
    assert run(deployer, an_assembly(tmp_path, "2"), "--url", "http://localhost:8080") == 0
    assert tried[1] == "http://localhost:8080"


def test_what_the_account_would_refuse_is_not_deployed(
    deployer: Deployer, tmp_path: Path, tried: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assembly = an_assembly(tmp_path, "1")
    whole = json.loads((assembly / "manifest.json").read_text())
    whole["artifacts"]["CracklingStack"]["properties"] |= {
        "requiresBootstrapStackVersion": 6,
        "bootstrapStackVersionSsmParameter": "/cdk-bootstrap/hnb659fds/version",
    }
    (assembly / "manifest.json").write_text(json.dumps(whole))
    deployer.account.bootstrap = None
    assert run(deployer, assembly) == 1
    told = capsys.readouterr().err
    assert "run `./scripts/delivery bootstrap`" in told
    assert "cannot have the stage prod yet (CDK bootstrap; see above)" in told
    assert versions(deployer) == []
    assert run(deployer, assembly, "--skip-preflight") == 0
    assert versions(deployer) == ["1"]


def test_what_does_not_work_is_rolled_back(
    deployer: Deployer,
    tmp_path: Path,
    tried: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(deployer, an_assembly(tmp_path, "1")) == 0
    monkeypatch.setattr(deploy, "check_stage", broken)
    assert run(deployer, an_assembly(tmp_path, "2")) == 1
    assert versions(deployer) == ["1", "2", "1"]
    assert "rolled back to the previous template" in capsys.readouterr().err


def test_a_first_deployment_that_does_not_work_stays_to_be_looked_at(
    deployer: Deployer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(deploy, "check_stage", broken)
    assert run(deployer, an_assembly(tmp_path, "1")) == 1
    assert versions(deployer) == ["1"]
    assert "nothing to roll back to" in capsys.readouterr().err


def test_a_deployment_that_cloudformation_undid_is_not_tried(
    deployer: Deployer, tmp_path: Path, tried: list[str]
) -> None:
    deployer.fails = True
    assert run(deployer, an_assembly(tmp_path, "1")) == 1
    assert tried == []


def test_a_dry_run_shows_the_difference_to_what_is_deployed(
    deployer: Deployer, tmp_path: Path, tried: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(deployer, an_assembly(tmp_path, "1")) == 0
    assert run(deployer, an_assembly(tmp_path, "2"), "--dry-run") == 0
    assert '+ Properties.V: "2"' in capsys.readouterr().out
    assert versions(deployer) == ["1"]


def test_the_assembly_of_a_roll_back_names_its_template_by_content(tmp_path: Path) -> None:
    template = {"Resources": {"Old": {"Type": "AWS::SNS::Topic"}}}
    assembly = an_assembly(tmp_path, "1")
    with with_template(assembly, STACK, template) as former:
        assert template_of(former, STACK) == template
        digest = hashlib.sha256((former / "CracklingStack.template.json").read_bytes()).hexdigest()
        manifest = json.loads((former / "CracklingStack.assets.json").read_text())
        assert list(manifest["files"]) == [digest], "its assets are in the bucket since it was deployed first"
        assert manifest["files"][digest]["destinations"]["here"]["objectKey"] == f"{digest}.json"
        assert f"s3://bucket/{digest}.json" in (former / "manifest.json").read_text()
        assert not list(former.glob("asset.*"))
    assert template_of(assembly, STACK) != template
    assert not former.exists()


@pytest.mark.parametrize(("stage", "code"), [("pr-7", 0), ("dev", 0), ("prod", 1), ("production", 1)])
def test_only_disposable_stages_are_destroyed(deployer: Deployer, stage: str, code: int) -> None:
    cloud = deployer.world.cloudformation
    cloud.stacks[f"CracklingStack-{stage}"] = Stack({}, {})
    words = ["--stage", stage, "--destroy"]
    assert call(deployer, *words, "--dry-run") == code
    assert cloud.living() == [f"CracklingStack-{stage}"]
    for _ in range(2):
        assert call(deployer, *words) == code
    assert (cloud.living() == []) == (code == 0)


# --- the smoke test ---


def test_what_is_expected_is_what_the_command_line_computes() -> None:
    rows = smoke_test.expected()
    assert len(rows) > 50
    assert "gene" not in rows[0]


def test_targets_that_differ_are_told() -> None:
    rows = [{"guide": "ACGT", "mit": "50.0"}, {"guide": "TTTT", "mit": "90.0"}]
    assert smoke_test.difference(rows, [dict(row) for row in rows]) is None
    assert smoke_test.difference(rows, rows[:1]) == "1 instead of 2"
    assert (
        smoke_test.difference(rows, [rows[0], {**rows[1], "mit": "9.0"}])
        == "target 2, mit: 9.0 instead of 90.0"
    )
    assert smoke_test.difference(rows, [{**row, "gene": "cI"} for row in rows]) is None


def test_an_address_that_does_not_answer_is_told() -> None:
    with pytest.raises(DeliveryError, match="is not a web address"):
        smoke_test.check_stage("file:///etc/passwd")
