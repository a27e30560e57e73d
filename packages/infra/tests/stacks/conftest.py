"""Provide the stacks' templates as plain dictionaries, synthesised once per session."""

from __future__ import annotations

import os

from templates import Synthesise, Templates

# Set before the CDK is imported: skips a banner and five seconds of rules, which check_templates runs.
os.environ["CDK_VALIDATION"] = "false"
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")

import pytest

from crackling_infra.stand_ins import DEVELOPMENT, PRODUCTION, make_app
from templates import Template


@pytest.fixture(scope="session")
def synthesise(tmp_path_factory: pytest.TempPathFactory) -> Synthesise:
    """Return a function that synthesises the templates for a context: (CracklingStack, Ec2Stack)."""

    def run(**context: str) -> tuple[Template, Template]:
        stacks = make_app(context, tmp_path_factory.mktemp("infra")).synth().stacks
        service, machine = sorted(stacks, key=lambda stack: stack.stack_name)
        return Template(service.stack_name, service.template), Template(machine.stack_name, machine.template)

    return run


@pytest.fixture(scope="session")
def development(synthesise: Synthesise) -> Templates:
    return synthesise(**DEVELOPMENT)


@pytest.fixture(scope="session")
def production(synthesise: Synthesise) -> Templates:
    return synthesise(**PRODUCTION)


@pytest.fixture(scope="session", params=["development", "production"])
def service(request: pytest.FixtureRequest) -> Template:
    """Return CracklingStack for a development stage, then for a production stage with every option on."""
    found: Templates = request.getfixturevalue(request.param)
    return found[0]


@pytest.fixture(scope="session", params=["development", "production"])
def machine(request: pytest.FixtureRequest) -> Template:
    """Return Ec2Stack for a development stage, then for a production stage with every option on."""
    found: Templates = request.getfixturevalue(request.param)
    return found[1]


@pytest.fixture(scope="session", params=[0, 1], ids=["service", "machine"])
def template(request: pytest.FixtureRequest, production: Templates) -> Template:
    """Return each stack of a production stage with every option on."""
    return production[int(request.param)]
