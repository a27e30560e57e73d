"""Run the CDK app: `npx cdk ls|synth|diff|deploy` in this folder calls it; `-c key=value` overrides a setting."""

from __future__ import annotations

import sys
from pathlib import Path

import aws_cdk as cdk

from crackling_infra.application import add_stacks
from crackling_infra.context import SettingsError

ROOT = Path(__file__).resolve().parents[2]

if __name__ == "__main__":
    app = cdk.App(analytics_reporting=False)
    try:
        add_stacks(app, ROOT)
    except SettingsError as error:
        sys.exit(f"crackling: {error}")
    app.synth()
