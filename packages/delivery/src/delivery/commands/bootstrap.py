"""Prepare an empty AWS account for deployments from GitHub: the CDK's stack, GitHub as identity provider, and roles.

--for production       the account of what lasts: roles to deploy main, to bake images, to inspect and to clean up
--for pull-requests    another account, for stages of pull requests, whose code nobody has reviewed; optional

Run it once, as an administrator of the account; running it again updates the roles. The roles have no keys, and trust the jobs
of one repository; GitHub is asked how it names them, with the token in GITHUB_TOKEN (`gh auth token` prints yours). Run it again
when the repository was renamed or transferred. At the end it prints the variables that the workflows of the repository need.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import boto3

from delivery.account import stack
from delivery.account.subject import subject_prefix
from delivery.account.template import ROLES, template
from delivery.commands.arguments import repository
from delivery.program import DONE, say
from delivery.stacks.cdk import CdkCli

if TYPE_CHECKING:
    import argparse

    from delivery.services import Services


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--repository",
        type=repository,
        required=True,
        metavar="OWNER/NAME",
        help="whose workflows may deploy",
    )
    parser.add_argument(
        "--for",
        dest="purpose",
        choices=ROLES,
        required=True,
        help="what the account is for; pull requests need an account of their own",
    )
    parser.add_argument(
        "--subject-prefix",
        help="start of the subjects of its identities (repo:OWNER/NAME or repo:OWNER@ID/NAME@ID); default: GitHub is asked",
    )
    parser.add_argument(
        "--provider-exists", action="store_true", help="the account already has GitHub as identity provider"
    )
    parser.add_argument("--no-cdk", action="store_true", help="the CDK is already bootstrapped")
    parser.add_argument("--dry-run", action="store_true", help="print the template, and change nothing")


def run(options: argparse.Namespace, services: Services) -> int:
    body = json.dumps(template(options.purpose, provider_exists=options.provider_exists), indent=1)
    if options.dry_run:
        sys.stdout.write(body + "\n")
        return DONE
    prefix = options.subject_prefix or subject_prefix(services.repository(options.repository))
    say(f"the roles will trust jobs whose subjects begin with {prefix}")
    stack.require_purpose(services.aws.cloudformation, options.purpose)
    region = services.aws.cloudformation.meta.region_name
    if not options.no_cdk:
        account = boto3.client("sts").get_caller_identity()["Account"]
        CdkCli().bootstrap(f"aws://{account}/{region}")
    outputs = stack.deploy(services.aws.cloudformation, body, prefix, services.clock)
    say("Set these variables of the repository (gh variable set NAME --body VALUE):")
    sys.stdout.write(f"{stack.REGION_VARIABLES[options.purpose]}={region}\n")
    for name, output in stack.VARIABLES.items():
        if output in outputs:
            sys.stdout.write(f"{name}={outputs[output]}\n")
    return DONE
