"""The workflows keep what they promise: pins, permissions, no keys, and nothing that does not exist."""

from __future__ import annotations

import ast
import json
import re
import runpy
import subprocess
import sys
import tomllib
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import yaml

from crackling_aws import names
from crackling_infra import ec2_stack
from delivery.account import stack
from delivery.account import template as account
from delivery.cli import PYTHON_ONLY, SUBCOMMANDS, main
from delivery.images import ami, boot_test, instances, parameter
from delivery.stacks import cloudformation
from delivery.workflows.changes import DEPENDENTS, PATTERNS
from delivery.workflows.line_endings import known_files

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SETUP = ROOT / ".github" / "actions" / "setup" / "action.yml"
BAKE = ROOT / ".github" / "workflows" / "bake-ami.yml"
WANTED = {
    *("ci", "preview", "deploy", "bake-ami", "release", "drift", "clean-up", "ephemeral", "pages", "audit"),
}
RELEASED = {"crackling", "crackling_aws", "infra", "lambdas", "ec2_worker", "layers", "frontend"}
# An action or a workflow of this repository has the version of the checkout.
OURS = re.compile(r"^\s*(?:- )?uses: \./(?:base/)?(\.github/\S+)$")
PIN = re.compile(r"^\s*(?:- )?uses: ([\w.-]+/[\w./-]+)@([0-9a-f]{40}) # v\d+\.\d+\.\d+$")
SESSION = re.compile(r"\./scripts/test -s ([\w-]+)(?: -- .*)?")
# A subcommand with its arguments; no pipe, no list, no substitution.
PROGRAM = re.compile(r"\./scripts/delivery ([\w-]+)((?: [^;|&`]*)?)")


@cache
def parsed(path: Path) -> dict[Any, Any]:
    content: dict[Any, Any] = yaml.safe_load(path.read_text("utf-8"))
    return content


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = parsed(path)["jobs"]
    return found


def events(path: Path) -> dict[str, Any]:
    # YAML 1.1 reads the key `on` as true.
    found = parsed(path)[True]
    return found if isinstance(found, dict) else dict.fromkeys([found] if isinstance(found, str) else found)


def steps(path: Path) -> list[tuple[str, dict[str, Any]]]:
    return [(name, step) for name, job in jobs(path).items() for step in job.get("steps", ())]


def of_file(path: Path) -> str:
    return path.stem


def nox_sessions() -> set[str]:
    tree = ast.parse((ROOT / "noxfile.py").read_text("utf-8"))
    found = set()
    for function in (one for one in tree.body if isinstance(one, ast.FunctionDef)):
        for decorator in map(ast.unparse, function.decorator_list):
            given = re.search(r"name='([^']+)'", decorator)
            if decorator.startswith("nox.session"):
                found.add(given[1] if given else function.name)
    return found


every = pytest.mark.parametrize("path", WORKFLOWS, ids=of_file)


def test_all_workflows_are_there() -> None:
    assert {path.stem for path in WORKFLOWS} == WANTED


@every
def test_it_opens_with_what_it_does_and_how_it_is_used(path: Path) -> None:
    opening = path.read_text("utf-8").partition("name:")[0]
    assert all(line.startswith("#") for line in opening.strip().splitlines())
    assert "How it is used" in opening
    assert parsed(path)["name"] == path.stem


@pytest.mark.parametrize("path", [*WORKFLOWS, SETUP], ids=of_file)
def test_actions_are_pinned_to_a_commit_with_their_version(path: Path) -> None:
    uses = [line for line in path.read_text("utf-8").splitlines() if re.match(r"\s*(- )?uses:", line)]
    assert uses
    assert [line for line in uses if not PIN.match(line) and not OURS.match(line)] == []
    for line in filter(OURS.match, uses):
        assert (ROOT / OURS.sub(r"\1", line)).exists(), line


@every
def test_python_and_the_caches_are_set_up_in_one_place(path: Path) -> None:
    assert "actions/setup-python@" not in path.read_text("utf-8")
    assert "actions/cache@" not in path.read_text("utf-8")
    for name, job in jobs(path).items():
        programs = [step for step in job.get("steps", ()) if "run" in step]
        used = [OURS.match(f"uses: {step.get('uses', '')}") for step in job.get("steps", ())]
        assert bool(programs) <= any(used) or name in ("changes", "all-green"), name


def test_the_caches_follow_the_lock_files() -> None:
    setup = yaml.safe_load(SETUP.read_text("utf-8"))["runs"]["steps"]
    (key,) = [step["with"]["key"] for step in setup if "actions/cache@" in step.get("uses", "")]
    locks = re.findall(r"'\*\*/([\w.-]+)'", key)
    assert set(locks) == {"requirements.lock", "package-lock.json"}
    assert all(any(ROOT.glob(pattern)) for pattern in ("requirements.lock", "packages/*/package-lock.json"))


def test_actions_run_on_a_node_that_github_has() -> None:
    """GitHub's runners dropped Node 20 in September 2026; what each pinned action runs on is written down beside this test."""
    known = tomllib.loads((HERE / "action_runtimes.toml").read_text("utf-8"))
    pinned = {
        f"{match[1]}@{match[2]}": line.rpartition("# ")[2]
        for path in [*WORKFLOWS, SETUP]
        for line in path.read_text("utf-8").splitlines()
        if (match := PIN.match(line))
    }
    assert {pin: action["version"] for pin, action in known.items()} == pinned
    for pin, action in known.items():
        runtimes = set(action["inner"].values()) if action["using"] == "composite" else {action["using"]}
        assert runtimes == {"node24"}, pin


def test_one_action_has_one_version() -> None:
    pins = {
        match.groups()
        for path in [*WORKFLOWS, SETUP]
        for line in path.read_text().splitlines()
        if (match := PIN.match(line))
    }
    assert len(pins) == len({name for name, _commit in pins})


@every
def test_each_run_is_one_session_or_one_subcommand_that_exists(path: Path) -> None:
    for job, step in steps(path):
        if "run" not in step:
            continue
        line = step["run"].strip()
        assert "\n" not in line, job
        assert "${{" not in line, f"{job}: what an expression gives would be run"
        session = SESSION.fullmatch(line)
        if session:
            assert session[1] in nox_sessions(), job
            continue
        program = PROGRAM.fullmatch(line)
        assert program, f"{job}: {line}"
        assert program[1] in SUBCOMMANDS, job


@every
def test_options_of_subcommands_exist(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _job, step in steps(path):
        program = PROGRAM.fullmatch(step.get("run", ""))
        if program:
            # A subcommand may have subcommands of its own, which come before the options.
            words = list(takewhile(lambda word: not word.startswith("-"), program[2].split()))
            with pytest.raises(SystemExit):
                main([program[1], *words, "--help"])
            described = capsys.readouterr().out
            environment = " ".join(re.findall(r"'(--[\w-]+)'", json.dumps(jobs(path)[_job].get("env", {}))))
            for option in re.findall(r"--[\w-]+", f"{program[2]} {environment}"):
                assert re.search(rf"(?<!\S){option}(?![\w-])", described), f"{program[1]} {option}"


@every
def test_permissions_are_least(path: Path) -> None:
    assert parsed(path)["permissions"] == {}, "nothing by default"
    for name, job in jobs(path).items():
        rights = job["permissions"]
        assert isinstance(rights, dict), name
        text = json.dumps(job.get("steps", ()))
        identified = "configure-aws-credentials" in text or "actions/deploy-pages" in text
        assert ("id-token" in rights) == identified, name
        writes = {right for right, how in rights.items() if how == "write"} - {"id-token"}
        allowed = {
            "comment": {"pull-requests"},
            "drift": {"issues"},
            "publish": {"pages"},
            "release-please": {"contents", "issues", "pull-requests"},
            "sbom": {"contents"},
            "wheels": {"contents"},
        }
        assert writes == allowed.get(name, set()), name


@every
def test_there_are_no_keys_and_no_secrets(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "secrets." not in text
    assert not re.search(r"aws-access-key-id|aws-secret-access-key|AKIA", text)
    assert not re.search(r"\b\d{12}\b", text), "an account's number"


@every
def test_roles_are_taken_in_an_environment_that_trusts_them(path: Path) -> None:
    for name, job in jobs(path).items():
        for step in job.get("steps", ()):
            role = step.get("with", {}).get("role-to-assume")
            if role:
                variable = re.fullmatch(r"\$\{\{ vars\.(\w+) \}\}", role)
                assert variable, name
                output = stack.VARIABLES[variable[1]]
                assert job["environment"] in account.ENVIRONMENTS[output.removesuffix("RoleArn")], name
                assert f"vars.{variable[1]} != ''" in _conditions(path, name)


@every
def test_code_that_nobody_has_reviewed_gets_no_role_that_deploys_production(path: Path) -> None:
    if "pull_request" in events(path):
        taken = set(re.findall(r"role-to-assume: \$\{\{ vars\.(\w+)", path.read_text("utf-8")))
        assert taken <= {"INSPECTION_ROLE_ARN", "EPHEMERAL_ROLE_ARN"}


def _conditions(path: Path, name: str) -> str:
    """A job's own condition and those of what it needs."""
    job = jobs(path)[name]
    needed = job.get("needs", [])
    return " ".join(
        [
            job.get("if", ""),
            *(_conditions(path, one) for one in ([needed] if isinstance(needed, str) else needed)),
        ]
    )


@every
def test_code_of_forks_gets_no_rights(path: Path) -> None:
    assert "pull_request_target" not in events(path)
    assert "workflow_run" not in events(path)
    if "pull_request" in events(path):
        for name, job in jobs(path).items():
            if set(job["permissions"]) - {"contents"} or "environment" in job:
                assert "head.repo.full_name == github.repository" in job["if"], name


@every
def test_checkouts_leave_no_token_behind(path: Path) -> None:
    for name, step in steps(path):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False, name


@every
def test_jobs_end_and_runs_do_not_meet(path: Path) -> None:
    longest = {"bake": 240}
    for name, job in jobs(path).items():
        assert "steps" not in job or job["timeout-minutes"] <= longest.get(name, 120), name
    concurrency = parsed(path)["concurrency"]
    changes_aws = any("configure-aws-credentials" in json.dumps(job) for job in jobs(path).values())
    if changes_aws and path.stem != "preview":
        assert concurrency["cancel-in-progress"] is False


def test_a_bake_ends_by_itself_before_its_job_and_its_session_do() -> None:
    """If everything takes as long as it may: GitHub would kill the job, and say nothing of the step that hangs."""
    signal = ec2_stack.PATIENCE.to_seconds()
    sweep, destruction = cloudformation.DELETE_SECONDS, cloudformation.DELETE_SECONDS
    build = signal + instances.CHECKS_SECONDS + instances.STOP_SECONDS + ami.IMAGE_SECONDS + destruction
    waits = sweep + build + boot_test.TEST_SECONDS + parameter.VALIDATION_SECONDS
    preparation = 20 * 60
    job = jobs(BAKE)["bake"]
    assert job["timeout-minutes"] * 60 > preparation + waits + sweep, "the last step sweeps again"
    (session,) = [
        step["with"]["role-duration-seconds"]
        for step in job["steps"]
        if "role-to-assume" in step.get("with", {})
    ]
    assert waits + sweep < session <= account.SESSION_SECONDS["Baking"]


def test_no_other_run_takes_the_place_of_a_bake_that_waits() -> None:
    groups = {path.stem: parsed(path)["concurrency"]["group"] for path in WORKFLOWS}
    assert groups["bake-ami"] == "${{ inputs.rollback && 'bake-ami-rollback' || 'bake-ami' }}"
    assert [name for name, group in groups.items() if "bake-ami" in group] == ["bake-ami"]
    assert len(set(groups.values())) == len(groups)


@every
def test_sessions_are_no_longer_than_their_roles_allow(path: Path) -> None:
    for name, job in jobs(path).items():
        for step in job.get("steps", ()):
            given = step.get("with", {})
            if "role-to-assume" in given:
                variable = given["role-to-assume"].removeprefix("${{ vars.").removesuffix(" }}")
                role = stack.VARIABLES[variable].removesuffix("RoleArn")
                assert given["role-duration-seconds"] <= account.SESSION_SECONDS[role], name


def test_what_is_deployed_keeps_its_modes_between_jobs() -> None:
    """Artifacts lose them, and bowtie2 in its layer would not start."""
    artifacts = [
        step["with"]["path"]
        for path in WORKFLOWS
        for _job, step in steps(path)
        if step.get("uses", "").startswith("actions/upload-artifact@")
    ]
    assert "build/assembly.tar" in artifacts
    assert not [one for one in artifacts if one.rstrip("/").endswith("cdk.out")]


# --- ci ---

CI = ROOT / ".github" / "workflows" / "ci.yml"


def test_ci_has_no_path_filter_so_that_no_required_check_stays_pending() -> None:
    assert set(events(CI)["pull_request"]) == {"types"}
    assert events(CI)["workflow_call"] is None
    assert "push" not in events(CI), "on main, the workflow deploy calls it"


def test_a_title_that_is_edited_is_checked_again() -> None:
    assert events(CI)["pull_request"]["types"] == ["opened", "synchronize", "reopened", "edited"]


def test_the_gate_waits_for_every_job() -> None:
    gate = jobs(CI)["all-green"]
    assert set(gate["needs"]) == set(jobs(CI)) - {"all-green"}
    assert gate["if"] == "always()"


def test_every_part_has_a_job_and_every_package_is_a_part() -> None:
    outputs = jobs(CI)["changes"]["outputs"]
    assert set(outputs) == set(PATTERNS) == set(DEPENDENTS)
    conditions = " ".join(job.get("if", "") for job in jobs(CI).values())
    assert set(re.findall(r"needs\.changes\.outputs\.(\w+) ==", conditions)) == set(outputs)
    packages = {path.parent.name for path in ROOT.glob("packages/*/CHANGELOG.md")}
    assert packages == set(PATTERNS) - {"delivery", "docs", "localcloud"} == RELEASED


def test_ci_runs_every_session_that_a_developer_runs() -> None:
    """Those that nox runs by default."""
    run = {match[1] for _job, step in steps(CI) if (match := SESSION.fullmatch(step.get("run", "")))}
    tree = ast.parse((ROOT / "noxfile.py").read_text("utf-8"))
    (default,) = [
        ast.literal_eval(one.value)
        for one in tree.body
        if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == "nox.options.sessions"
    ]
    assert run == set(default)


# The folder of tests -> the job that runs them.
JOBS = {
    "packages/crackling/tests": "crackling",
    "packages/infra/tests": "infra",
    "packages/ec2_worker/image/tests": "worker-image",
}
NEEDED = re.compile(r"\(Debian package ([\w.+-]+)\)")


def test_jobs_install_what_their_tests_need() -> None:
    """Without it the tests are skipped; in continuous integration that fails, by the plugin that all sessions load."""
    needed: dict[str, set[str]] = {}
    for path in sorted(ROOT.glob("packages/**/tests/**/*.py")):
        relative = path.relative_to(ROOT)
        found = NEEDED.findall(path.read_text("utf-8")) if "node_modules" not in relative.parts else []
        if found:
            (folder,) = [one for one in JOBS if relative.is_relative_to(one)]
            needed.setdefault(JOBS[folder], set()).update(found)
    assert needed.keys() == set(JOBS.values())
    for job, packages in needed.items():
        (setup,) = [step for step in jobs(CI)[job]["steps"] if step.get("uses") == "./.github/actions/setup"]
        assert packages <= set(setup["with"]["packages"].split()), job
    install = yaml.safe_load(SETUP.read_text("utf-8"))["runs"]["steps"][-1]
    assert install["if"] == "inputs.packages != ''"
    assert 'sudo apt-get install --quiet --yes --no-install-recommends "${packages[@]}"' in install["run"]


@every
def test_a_skipped_test_fails_in_every_workflow(path: Path) -> None:
    """GitHub sets CI."""
    assert 'os.environ["PYTEST_PLUGINS"] = "localcloud.skips"' in (ROOT / "noxfile.py").read_text("utf-8")
    assert not re.search(r"^\s*(CI|PYTEST_PLUGINS|PYTEST_ADDOPTS):", path.read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize(
    ("ci", "user", "rises"), [("true", 1001, True), ("true", 0, False), ("", 1001, False)]
)
def test_the_image_is_tried_as_root(ci: str, user: int, rises: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr("os.geteuid", lambda: user)
    monkeypatch.setenv("PATH", "/programs")
    monkeypatch.setenv("PYTEST_PLUGINS", "")  # which noxfile.py sets
    session = Recorder()
    noxfile()["worker_image"].func(session)
    (words,) = session.ran
    assert words[-2:] == ("pytest", "packages/ec2_worker/image")
    assert (words[0] == "sudo") == rises
    if rises:
        assert "--preserve-env=CI,PYTEST_PLUGINS,PYTHONPATH" in words
        assert any(word.startswith("PATH=") and word.endswith("/programs") for word in words)


@cache
def noxfile() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "noxfile.py"))


class Recorder:
    """Records what a session of nox runs."""

    posargs: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.ran: list[tuple[str, ...]] = []

    def run(self, *words: str, env: dict[str, str]) -> None:
        assert env
        self.ran.append(words)


def test_bakes_start_when_anything_that_goes_into_an_image_changes() -> None:
    assert set(events(BAKE)) == {"push", "schedule", "workflow_dispatch"}
    patterns = [one.removesuffix("**") for one in events(BAKE)["push"]["paths"]]
    shipped = [
        "packages/ec2_worker/init.sh",
        "packages/crackling/src/crackling/__init__.py",
        "requirements.lock",
    ]
    recipe = "packages/layers/layer_recipes/worker.py"
    for file in [*shipped, recipe, "packages/infra/src/crackling_infra/ec2_stack.py"]:
        assert (ROOT / file).exists(), file
        assert any(file.startswith(pattern) for pattern in patterns), file


def test_a_merge_is_deployed_only_if_ci_is_green_for_its_commit() -> None:
    """The deployment calls ci itself, so both have the same commit and no run of another one can be taken for it."""
    deployment = ROOT / ".github" / "workflows" / "deploy.yml"
    assert events(deployment)["push"] == {"branches": ["main"]}
    called = jobs(deployment)["ci"]
    assert called["uses"] == "./.github/workflows/ci.yml"
    assert "if" not in called
    assert jobs(deployment)["build"]["needs"] == "ci"
    assert jobs(deployment)["deploy"]["needs"] == "build"
    # A condition with one of these functions would let a job run although ci failed.
    conditions = " ".join(job.get("if", "") for job in jobs(deployment).values())
    assert not re.search(r"\b(always|failure|cancelled)\(", conditions)


AUDIT = ROOT / ".github" / "workflows" / "audit.yml"


def test_packages_are_audited_each_week_and_when_a_lock_changes() -> None:
    assert set(events(AUDIT)) == {"push", "pull_request", "schedule", "workflow_dispatch"}
    locks = [path for path in known_files(ROOT) if path.name == "package-lock.json" or path.suffix == ".lock"]
    assert len(locks) >= 5
    for event in ("push", "pull_request"):
        patterns = events(AUDIT)[event]["paths"]
        matched = {path for pattern in patterns for path in ROOT.glob(pattern)}
        assert matched == set(locks)
    assert [step["run"] for _job, step in steps(AUDIT) if "run" in step] == ["./scripts/test -s audit"]


def test_every_release_gets_bills_of_materials() -> None:
    release = jobs(ROOT / ".github" / "workflows" / "release.yml")
    job = release["sbom"]
    assert job["if"] == "needs.release-please.outputs.created == 'true'"
    assert release["release-please"]["outputs"]["created"] == "${{ steps.release.outputs.releases_created }}"
    assert "ref" not in job["steps"][0]["with"], "the commit that was merged is the one that is tagged"
    assert [step["run"] for step in job["steps"] if "run" in step] == [
        "./scripts/test -s audit -- --offline",
        "./scripts/delivery attach sbom",
    ]


# --- names ---


def test_stages_of_pull_requests_are_disposable() -> None:
    path = ROOT / ".github" / "workflows" / "ephemeral.yml"
    for name, job in jobs(path).items():
        stage = job["env"]["STAGE"].replace("${{ github.event.pull_request.number }}", "12")
        assert names.kind_of(stage) == names.PULL_REQUEST, name
        assert names.is_disposable(stage), name


def test_the_scheduler_reads_the_parameter_that_promotion_writes() -> None:
    source = (ROOT / "packages/infra/src/crackling_infra/constructs/ec2_workers.py").read_text("utf-8")
    assert '"WORKER_IMAGE_PARAMETER", self._settings.worker_image_parameter' in source


# --- releases ---


def test_each_package_is_released_by_itself_at_the_version_that_it_has() -> None:
    config = json.loads((ROOT / "release-please-config.json").read_text())
    manifest = json.loads((ROOT / ".release-please-manifest.json").read_text())
    assert set(config["packages"]) == set(manifest) == {f"packages/{name}" for name in RELEASED}
    for folder, version in manifest.items():
        assert config["packages"][folder]["component"] == Path(folder).name
        assert version == version_of(ROOT / folder)
    assert config["separate-pull-requests"] is config["include-component-in-tag"] is True


def test_a_release_raises_the_version_that_the_code_names() -> None:
    config = json.loads((ROOT / "release-please-config.json").read_text("utf-8"))
    for folder, settings in config["packages"].items():
        for file in settings.get("extra-files", []):
            marked = re.findall(
                r'"(.*)"  # x-release-please-version$',
                (ROOT / folder / file).read_text("utf-8"),
                re.MULTILINE,
            )
            assert marked == [version_of(ROOT / folder)]
    assert config["packages"]["packages/crackling"]["extra-files"] == ["src/crackling/__init__.py"]


def version_of(package: Path) -> str:
    project = package / "pyproject.toml"
    if project.exists():
        return str(tomllib.loads(project.read_text("utf-8"))["project"]["version"])
    return str(json.loads((package / "package.json").read_text("utf-8"))["version"])


# --- the scripts ---


def test_every_script_that_is_a_program_is_listed_and_executable() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-s", "scripts"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    programs = [line for line in listed.splitlines() if "." not in line.rpartition("/")[2]]
    assert [line.rpartition("/")[2] for line in programs] == ["crackling", "delivery", "run", "test"]
    assert all(line.startswith("100755") for line in programs)


def test_the_script_runs_without_an_environment_what_needs_only_python() -> None:
    text = (ROOT / "scripts" / "delivery").read_text("utf-8")
    (named,) = re.findall(r"^  ([a-z| -]+)\)$", text, re.MULTILINE)
    assert set(named.split(" | ")) == PYTHON_ONLY


@pytest.mark.parametrize("subcommand", sorted(PYTHON_ONLY))
def test_such_a_subcommand_imports_only_the_standard_library(subcommand: str) -> None:
    words = [sys.executable, "-S", "-m", "delivery", subcommand, "--help"]  # -S: no installed packages
    source = ROOT / "packages/delivery/src"
    done = subprocess.run(words, env={"PYTHONPATH": str(source)}, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
