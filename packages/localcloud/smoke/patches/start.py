"""Start ministack with what its version lacks; its own Python runs this file.

Each patch is a fault of the pinned version, against what AWS documents. A newer version is to be tried without them.
"""

from __future__ import annotations

from typing import Any

from ministack import app
from ministack.core import iam_actions
from ministack.services import lambda_svc


def match_absent_parents() -> None:
    """Let `{"place": {"S": [{"exists": false}]}}` match a record without `place`.

    An absent object has no members, so `exists: false` holds for each of them ("Filter rule syntax" in the guide of Lambda).
    """
    match = lambda_svc._match_esm_filter

    def patched(record: dict[str, Any], pattern: dict[str, Any]) -> bool:
        if isinstance(record, dict) and isinstance(pattern, dict):
            absent: dict[str, Any] = {
                key: {} for key, inner in pattern.items() if isinstance(inner, dict) and key not in record
            }
            record = {**record, **absent}
        return bool(match(record, pattern))

    lambda_svc._match_esm_filter = patched


def authorize_batches_as_single_calls() -> None:
    """Check `sqs:SendMessage` when `SendMessageBatch` is called, because IAM has no actions for batches."""
    extract = iam_actions.extract_iam_action

    def patched(*request: Any) -> str | None:
        action: str | None = extract(*request)
        return action.removesuffix("Batch") if action and action.startswith("sqs:") else action

    iam_actions.extract_iam_action = patched


if __name__ == "__main__":
    match_absent_parents()
    authorize_batches_as_single_calls()
    app.main()
