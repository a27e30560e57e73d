"""Ask iam-simulate, an implementation of IAM's rules by others, whether requests would be allowed, conditions included."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ALWAYS = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}
"""Condition keys that every request has that the SDK makes: it calls AWS over TLS."""

_PROGRAM = Path(__file__).with_name("evaluate.js")


class EvaluationError(Exception):
    """Raised when the evaluator cannot be run, or cannot evaluate a question: an unknown action, an invalid policy."""


@dataclass(frozen=True)
class Question:
    """A request. `identity`, `boundary` and `attached` name the policies that apply to it.

    Attributes:
        principal: the ARN of the role, or the name of the service ("cloudfront.amazonaws.com"), that asks.
        context: the condition keys that the request has; those that the action does not know are ignored.
        attached: the policy of the resource.
    """

    principal: str
    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)
    identity: tuple[str, ...] = ()
    boundary: str | None = None
    attached: str | None = None


@dataclass(frozen=True)
class Verdict:
    """The answer to a question, and the Sids of the statements in the principal's policies that allow the request."""

    allowed: bool
    by: frozenset[str]


class PolicyEvaluator:
    """Runs iam-simulate from a folder of Node modules."""

    def __init__(self, modules: Path) -> None:
        self._modules = modules

    def evaluate(self, policies: Mapping[str, Any], questions: Sequence[Question]) -> list[Verdict]:
        """Return the verdict on each question, in one run of Node. Raises EvaluationError."""
        if not questions:
            return []
        asked = json.dumps({"policies": policies, "questions": [asdict(question) for question in questions]})
        verdicts = []
        for question, answer in zip(questions, self._run(asked), strict=True):
            if "error" in answer:
                raise EvaluationError(
                    f"iam-simulate cannot evaluate {question.action} on {question.resource} by {question.principal}: "
                    f"{json.dumps(answer['error'])}"
                )
            verdicts.append(Verdict(answer["result"] == "Allowed", frozenset(filter(None, answer["by"]))))
        return verdicts

    def _run(self, asked: str) -> list[dict[str, Any]]:
        node = shutil.which("node")
        if node is None or not (self._modules / "@cloud-copilot" / "iam-simulate").is_dir():
            raise EvaluationError(
                f"Node or its module iam-simulate (in {self._modules}) is missing: run `python scripts/build.py node`"
            )
        done = subprocess.run(
            [node, str(_PROGRAM), str(self._modules)],
            input=asked,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise EvaluationError(f"iam-simulate failed (exit code {done.returncode}):\n{done.stderr}")
        answers: list[dict[str, Any]] = json.loads(done.stdout)
        return answers
