"""Whether every job before this one succeeded, or was left out because the change does not concern it.

Reads the workflow's `needs` as JSON from the environment variable NEEDS. This is the one check that a branch has to require.
"""

from __future__ import annotations

import json
import os
import sys

from delivery.program import DONE, FAILED, DeliveryError, outcome, parser, say

GOOD = frozenset({"success", "skipped"})
ALWAYS = "changes"
"""The job that says what is concerned: if it was left out, so was everything else."""


def failures(needs: dict[str, dict[str, str]]) -> list[str]:
    """What speaks against the change, a line a job."""
    wrong = [f"{job}: {told['result']}" for job, told in sorted(needs.items()) if told["result"] not in GOOD]
    if needs.get(ALWAYS, {}).get("result") == "skipped":
        wrong.append(f"{ALWAYS}: skipped")
    return wrong or ([] if needs else ["no job ran before"])


def main(arguments: list[str] | None = None) -> int:
    parser(__doc__).parse_args(arguments)

    def run() -> int:
        try:
            needs = json.loads(os.environ.get("NEEDS", ""))
        except ValueError as error:
            raise DeliveryError("NEEDS is not JSON; set it to the workflow's `toJSON(needs)`") from error
        wrong = failures(needs)
        for line in wrong:
            say(line)
        return FAILED if wrong else DONE

    return outcome(run)


if __name__ == "__main__":
    sys.exit(main())
