"""Define the sessions: `./scripts/test` runs the default ones, `./scripts/test -s NAME` one, `./scripts/test -l` lists all.

lint            ruff: rules and format; whether requirements.lock fits what the packages require; imports, docstrings
generated       whether files that are generated fit the code; -- --write writes them anew
types           mypy, strict
test-crackling  the science: unit and property tests, without network, with coverage
test-aws        what functions and workers share: the stores, on fakes and two emulators, and the preparation of genomes
test-layers     the recipes of the layers and of the worker's payload
test-lambdas    the functions: logic, API, and the simulator of delivery faults
test-worker     the worker: what it reads of its instance, its steps, its end
test-infra      both stacks: rules that hold for every resource of a kind
test-localcloud the local cloud, with each gap of the emulator
test-frontend   the page: types, logic, and the page in Chromium with a stand-in for the API
test-delivery   what the workflows run: each program on moto and on a strict fake, and the workflows themselves
sanitize        the kernel's tests with address and undefined-behaviour sanitizers (needs a C compiler)
layers          builds the Lambda layers and the functions' code, and checks sizes, symbols and imports
synth           writes both stacks' templates to build/cdk.out
lint-templates  cfn-lint (in every supported region) and cdk-nag on both templates
line-endings    all files end their lines as unix does: init.sh does not run otherwise
lint-commits    titles of the commits since the last release: Conventional Commits
lint-workflows  actionlint, zizmor (pedantic) and shellcheck
docs            builds the documentation into build/docs and checks what it says
e2e             deploys to the local cloud, submits jobs, compares with the command line, destroys
worker-image    init.sh in a root made by debootstrap; the worker in it prepares a genome for a job (needs root)
gitops          merge, deploy, bake, boot test, promote, launch, roll back, clean up: on the local cloud

Not by default:
audit           bills of materials in build/sbom, and which packages PyPI's and npm's databases know to be vulnerable
wheels          builds the wheels that a release of crackling has into build/wheels, for Linux and macOS, and checks them
lock            writes requirements.lock; arguments go to uv (--upgrade, --upgrade-package NAME)
bench           speed and size of index, search and design, as a table (docs/performance.md)
bench-e2e       time and cost of jobs on the local cloud, as a table (docs/costs.md)
bench-objects   time and memory of a large object on the local cloud, beside unmodified moto (docs/performance.md)
fuzz            the API by schemathesis, with 3,000 requests of each kind instead of 20
simulate        the simulator of delivery faults through 10,000 worlds instead of 2,000
ministack       deploys CracklingStack to a second emulator, with IAM enforced, and tests it (docs/local-cloud.md)
soak            load and chaos on the local cloud: jobs while processes die and files are damaged (docs/reliability.md)
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
# All sessions share the environment that scripts/environment.py makes: one installation, the same versions everywhere.
nox.options.default_venv_backend = "none"
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
# Sessions start hundreds of Python processes, and compiling what they import costs each of them seconds. The bytecode is
# therefore kept, in build/, also where the environment says that none be written.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ["PYTHONPYCACHEPREFIX"] = str(Path(__file__).parent / "build" / "bytecode")
# In continuous integration, a skipped test fails the run.
os.environ["PYTEST_PLUGINS"] = "localcloud.skips"
# ./scripts/test starts them in this order: what takes seconds, then the longest first, so that all processors finish together.
# Sessions that often wait stand beside sessions that compute.
nox.options.sessions = [
    "line-endings",
    "lint",
    "generated",
    "lint-commits",
    "lint-workflows",
    "e2e",
    "test-frontend",
    "test-crackling",
    "test-localcloud",
    "gitops",
    "types",
    "worker-image",
    "test-lambdas",
    "sanitize",
    "test-delivery",
    "test-aws",
    "test-infra",
    "lint-templates",
    "docs",
    "test-layers",
    "layers",
    "test-worker",
    "synth",
]

ROOT = Path(__file__).parent
BUILD = ROOT / "build"
CRACKLING, AWS, LAYERS = "packages/crackling", "packages/crackling_aws", "packages/layers"
LAMBDAS, INFRA = "packages/lambdas", "packages/infra"
WORKER, LOCALCLOUD, DELIVERY = "packages/ec2_worker", "packages/localcloud", "packages/delivery"
FRONTEND = "packages/frontend"
TESTS_OF_LOCALCLOUD = {"MYPYPATH": f"{LOCALCLOUD}/tests:{LOCALCLOUD}/tests/sample/layer/python"}
TESTS_OF_FUNCTIONS = {"MYPYPATH": f"{AWS}/tests:{LAMBDAS}/tests"}
QUIET = {"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20", "NODE_NO_WARNINGS": "1"}
SCRIPTS = {**QUIET, "PYTHONPATH": f"{ROOT / 'scripts'}:{ROOT / LOCALCLOUD / 'run'}"}


@nox.session
def lint(session: nox.Session) -> None:
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("python", "scripts/lock.py", "--check")
    session.run("delivery", "check-sources")


@nox.session
def generated(session: nox.Session) -> None:
    session.run("python", "scripts/generated.py", *session.posargs, env=QUIET)


@nox.session
def types(session: nox.Session) -> None:
    # Folders of programs and of tests are checked separately, because several have modules of the same name.
    for places in (
        (
            "noxfile.py",
            "scripts",
            f"{CRACKLING}/src",
            f"{AWS}/src",
            f"{LAMBDAS}/src",
            f"{INFRA}/src",
            f"{INFRA}/app.py",
            f"{WORKER}/src",
            f"{LOCALCLOUD}/src",
            f"{LOCALCLOUD}/run",
            f"{DELIVERY}/src",
            f"{DELIVERY}/tests",
        ),
        (f"{CRACKLING}/native",),
        (
            f"{LAYERS}/build.py",
            f"{LAYERS}/check.py",
            f"{LAYERS}/release_wheels.py",
            f"{LAYERS}/layer_recipes",
        ),
        (f"{CRACKLING}/bench",),
        (f"{LOCALCLOUD}/bench",),
        (f"{LOCALCLOUD}/soak",),
        (f"{LOCALCLOUD}/smoke",),
        (f"{WORKER}/tests",),
        (f"{WORKER}/image",),
        (f"{LOCALCLOUD}/e2e",),
        ("docs/tests",),
        (f"{LAYERS}/tests",),
        ("--explicit-package-bases", f"{CRACKLING}/tests"),
        ("--explicit-package-bases", f"{INFRA}/tests"),
    ):
        session.run("mypy", *places)
    # These tests import one another's fakes, and several of their folders have a conftest.py.
    for package in (AWS, LAMBDAS):
        session.run("mypy", "--explicit-package-bases", f"{package}/tests", env=TESTS_OF_FUNCTIONS)
    session.run("mypy", "--explicit-package-bases", f"{LOCALCLOUD}/tests", env=TESTS_OF_LOCALCLOUD)


@nox.session(name="test-crackling")
def test_crackling(session: nox.Session) -> None:
    session.chdir(CRACKLING)
    session.run("coverage", "run", "-m", "pytest", *session.posargs)
    session.run("coverage", "report", "--skip-covered", "--fail-under=90")


@nox.session(name="test-layers")
def test_layers(session: nox.Session) -> None:
    session.chdir(LAYERS)
    session.run("pytest", *session.posargs)


@nox.session(name="test-aws")
def test_aws(session: nox.Session) -> None:
    session.run("python", "scripts/isolated.py", "ministack")
    session.chdir(AWS)
    session.run("pytest", *session.posargs)


@nox.session(name="test-lambdas")
def test_lambdas(session: nox.Session) -> None:
    session.chdir(LAMBDAS)
    session.run("pytest", "-n", "auto", *session.posargs)  # the simulator uses every processor


@nox.session
def fuzz(session: nox.Session) -> None:
    session.chdir(LAMBDAS)
    session.run("pytest", "-n", "auto", "tests/api/test_fuzz.py", "--examples", "3000", *session.posargs)


@nox.session
def simulate(session: nox.Session) -> None:
    session.chdir(LAMBDAS)
    worlds = {"SIMULATED_WORLDS": "10000"}
    session.run("pytest", "-n", "auto", "tests/simulator/test_simulator.py", *session.posargs, env=worlds)


@nox.session(name="test-worker")
def test_worker(session: nox.Session) -> None:
    session.chdir(WORKER)
    session.run("pytest", *session.posargs)


@nox.session(name="worker-image")
def worker_image(session: nox.Session) -> None:
    """Run as root: debootstrap and chroot need it. Where it is not, in continuous integration, sudo gives it."""
    root: tuple[str, ...] = ()
    if os.environ.get("CI") and os.geteuid() != 0:
        # sudo passes on only the variables that are named, and never PATH.
        variables = "CI,PYTEST_PLUGINS,PYTHONPATH"
        root = ("sudo", "--set-home", f"--preserve-env={variables}", "env", f"PATH={os.environ['PATH']}")
    session.run(*root, "pytest", f"{WORKER}/image", *session.posargs, env=SCRIPTS)


@nox.session(name="test-infra")
def test_infra(session: nox.Session) -> None:
    session.run("python", "scripts/build.py", "node")
    session.chdir(INFRA)
    session.run("pytest", *session.posargs, env=QUIET)


@nox.session(name="test-localcloud")
def test_localcloud(session: nox.Session) -> None:
    session.run("python", "scripts/build.py", "node")
    session.chdir(LOCALCLOUD)
    session.run("pytest", *session.posargs, env=QUIET)


@nox.session(name="test-frontend")
def test_frontend(session: nox.Session) -> None:
    session.run("python", "scripts/build.py", "page")
    session.chdir(FRONTEND)
    for script in ("check", "test", "test:browser"):
        session.run("npm", "run", "--silent", script)


@nox.session
def sanitize(session: nox.Session) -> None:
    if not shutil.which("cc"):
        stop = session.error if os.environ.get("CI") else session.skip
        stop("no C compiler (cc); the address sanitizer needs one")
    kernel = BUILD / "kernel-sanitized.so"
    session.run("python", f"{CRACKLING}/native/compile.py", "--sanitize", "--output", str(kernel))
    runtime = session.run("cc", "-print-file-name=libasan.so", silent=True)
    session.chdir(CRACKLING)
    session.run(
        "python",
        "-m",
        "pytest",
        "tests/specificity",
        "tests/efficiency",
        # Nearly all that it runs is bowtie2, which has no sanitizers.
        "--ignore=tests/specificity/test_bowtie2.py",
        "--capture=sys",  # otherwise pytest captures the sanitizers' output
        *session.posargs,
        env={
            "CRACKLING_KERNEL": str(kernel),
            "LD_PRELOAD": str(runtime).strip(),
            "ASAN_OPTIONS": "detect_leaks=0",  # Python frees some of its memory only at exit
            "HYPOTHESIS_PROFILE": "sanitize",
        },
    )


@nox.session
def layers(session: nox.Session) -> None:
    """Build for the Python version and processor that the stacks' settings use by default; arguments choose others."""
    session.run("python", f"{LAYERS}/build.py", *session.posargs)
    session.run("python", f"{LAYERS}/check.py", *session.posargs)


@nox.session
def wheels(session: nox.Session) -> None:
    session.run("python", f"{LAYERS}/release_wheels.py", *session.posargs)


@nox.session
def audit(session: nox.Session) -> None:
    session.run("delivery", "audit", *session.posargs)


@nox.session
def synth(session: nox.Session) -> None:
    """Write build/cdk.out; arguments are settings (-c key=value)."""
    session.run("python", "scripts/build.py", *session.posargs, env=QUIET)


@nox.session(name="lint-templates")
def lint_templates(session: nox.Session) -> None:
    session.run("python", "-m", "crackling_infra.check_templates", env=QUIET)


@nox.session
def docs(session: nox.Session) -> None:
    session.run("mkdocs", "build", "--strict", "--quiet", "--site-dir", str(BUILD / "docs"))
    session.run("pytest", "docs/tests")


@nox.session
def e2e(session: nox.Session) -> None:
    session.run("pytest", f"{LOCALCLOUD}/e2e", *session.posargs, env=SCRIPTS)


@nox.session
def lock(session: nox.Session) -> None:
    session.run("python", "scripts/lock.py", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    session.run("python", f"{CRACKLING}/bench/run.py", *session.posargs)


@nox.session(name="bench-e2e")
def bench_e2e(session: nox.Session) -> None:
    session.run("python", f"{LOCALCLOUD}/bench/run.py", *session.posargs, env=SCRIPTS)


@nox.session(name="bench-objects")
def bench_objects(session: nox.Session) -> None:
    session.run("python", f"{LOCALCLOUD}/bench/objects.py", *session.posargs)


@nox.session
def ministack(session: nox.Session) -> None:
    session.run("python", f"{LOCALCLOUD}/smoke/run.py", *session.posargs, env=SCRIPTS)


@nox.session
def soak(session: nox.Session) -> None:
    session.run("python", f"{LOCALCLOUD}/soak/run.py", *session.posargs, env=SCRIPTS)


@nox.session(name="line-endings")
def line_endings(session: nox.Session) -> None:
    session.run("delivery", "check-line-endings")


@nox.session(name="lint-commits")
def lint_commits(session: nox.Session) -> None:
    session.run("delivery", "lint-commits", *session.posargs)


@nox.session(name="lint-workflows")
def lint_workflows(session: nox.Session) -> None:
    session.run("delivery", "lint-workflows")


@nox.session(name="test-delivery")
def test_delivery(session: nox.Session) -> None:
    session.run("python", "scripts/build.py", "node")
    session.chdir(DELIVERY)
    session.run("pytest", *session.posargs, env=SCRIPTS)


@nox.session
def gitops(session: nox.Session) -> None:
    session.chdir(DELIVERY)
    session.run(
        "pytest", "tests/gitops", "--force-enable-socket", "--exitfirst", *session.posargs, env=SCRIPTS
    )
