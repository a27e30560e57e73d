"""Make the app with stand-ins for what other packages build, since their contents make no difference to a template."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import aws_cdk as cdk

from crackling_infra.application import add_stacks
from crackling_infra.settings import LAYERS

if TYPE_CHECKING:
    from collections.abc import Mapping

CDK_JSON: Final = Path(__file__).parents[2] / "cdk.json"
DEVELOPMENT: Final = {"stage": "dev"}
KINDS: Final = ("layers", "functions", "page", "worker")
# Every option is on, so that the template has every resource.
PRODUCTION: Final = {
    "stage": "prod",
    "access": "sign-in",
    "account": "established",
    "alarmEmail": "operator@example.org",
    "budgetAmount": "50",
    "budgetEmail": "operator@example.org",
    "mailDomains": "example.org,lab.example.org",
    "ncbiKeyParameter": "/crackling/ncbi-key",
    "oidcClientId": "crackling",
    "oidcIssuer": "https://login.example.org",
    "oidcSecret": "crackling/oidc",
    "reservedConcurrency": "20",
    "sshCidr": "192.0.2.0/24",
    "workerSpot": "on",
}


def make_app(context: Mapping[str, str], folder: Path) -> cdk.App:
    """Return the app as the CDK's command line would run it with cdk.json; it writes only below `folder`."""
    flags = json.loads(CDK_JSON.read_text())["context"]
    merged = flags | _make_stand_ins(folder) | dict(context)
    app = cdk.App(analytics_reporting=False, outdir=str(folder / "cdk.out"), context=merged)
    add_stacks(app, folder)
    return app


def _make_stand_ins(folder: Path) -> dict[str, str]:
    """Make minimal layers, functions and page, and return the context that names their folders."""
    layers = [f"layers/{name}/python/{name}.py" for name in LAYERS]
    for name in [*layers, "functions/handler.py", "page/index.html", "worker/init.sh"]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("stand-in\n")
    return {f"{kind}Directory": str(folder / kind) for kind in KINDS}
