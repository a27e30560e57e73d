"""Check that generated files fit what they are generated from: `python scripts/generated.py`; `--write` writes them anew.

packages/frontend/contract      what the API tells about itself, from its routes and models
packages/frontend/src/openapi.d.ts   the page's types, from that contract
docs/settings.md                the settings of a deployment, from packages/infra
docs/costs.md                   what strangers can cost, from those settings, prices and measurements
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from build import FRONTEND, INFRA, ROOT, npm

LOCALCLOUD = ROOT / "packages" / "localcloud"
LAMBDAS = ROOT / "packages" / "lambdas"
CONTRACT = [sys.executable, "-m", "pytest", "-q", "tests/api/test_contract.py"]
TYPES = ["npm", "run", "--silent", "types"]
SETTINGS = [sys.executable, "-m", "crackling_infra.settings_page"]
STRANGERS = [sys.executable, "bench/strangers.py"]
# The types are made from the contract, so it comes first.
WRITE = [
    (LAMBDAS, [*CONTRACT, "--write-contract"]),
    (FRONTEND, TYPES),
    (INFRA, SETTINGS),
    (LOCALCLOUD, STRANGERS),
]
CHECK = [
    (LAMBDAS, CONTRACT),
    (FRONTEND, [*TYPES, "--", "--check"]),
    (INFRA, [*SETTINGS, "--check"]),
    (LOCALCLOUD, [*STRANGERS, "--check"]),
]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="write the files instead of checking them")
    write = parser.parse_args().write
    npm(FRONTEND)
    failed = [
        command
        for folder, command in (WRITE if write else CHECK)
        if subprocess.run(command, cwd=folder, check=False).returncode
    ]
    if failed and not write:
        sys.stderr.write("generated files are stale: run `./scripts/test -s generated -- --write`\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
