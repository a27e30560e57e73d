"""Find the subjects of a repository's identities, which the roles of the account trust.

GitHub writes `repo:OWNER/NAME:...` for repositories of before 15 July 2026, and `repo:OWNER@ID/NAME@ID:...` for those that
were made, renamed or transferred since, or that chose so. A role that trusts the other form refuses every job.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from delivery.program import DeliveryError

if TYPE_CHECKING:
    from delivery.github import GitHub

PREFIX = re.compile(r"repo:[\w.-]+(@\d+)?/[\w.-]+(@\d+)?")
IDS_SINCE = "2026-07-15"
_DEFAULT_KEYS = ["repo", "context"]
_ALLOW = "set GITHUB_TOKEN to a token that may read the repository (`gh auth token` prints yours)"


def subject_prefix(github: GitHub) -> str:
    """Return the start of the subjects that GitHub gives to the jobs of a repository.

    Raises:
        DeliveryError: GitHub cannot be asked, or does not tell; the message says what to do.
    """
    try:
        settings = github.find("actions/oidc/customization/sub")
        if settings:
            return _as_told(github, settings)
        return _as_inferred(github, _repository(github))
    except DeliveryError as error:
        raise DeliveryError(f"{error}. Or give the subjects' start with --subject-prefix") from error


def _as_told(github: GitHub, settings: dict[str, Any]) -> str:
    if (
        settings.get("use_default") is False
        and settings.get("include_claim_keys", _DEFAULT_KEYS) != _DEFAULT_KEYS
    ):
        raise DeliveryError(
            f"{github.repository} has subjects of its own ({', '.join(settings['include_claim_keys'])}), and the roles "
            "trust those of environments: reset them (PUT actions/oidc/customization/sub with use_default true)"
        )
    told = settings.get("sub_claim_prefix")
    if told is None:
        repository = _repository(github)
        return _with_ids(repository) if settings.get("use_immutable_subject") else _plain(repository)
    if not PREFIX.fullmatch(told):
        raise DeliveryError(f"{github.repository} has subjects that the roles cannot trust: {told}")
    return str(told)


def _as_inferred(github: GitHub, repository: dict[str, Any]) -> str:
    """Return the form that is certain without the permission to read the repository's settings."""
    if repository["created_at"] >= IDS_SINCE:
        return _with_ids(repository)
    raise DeliveryError(
        f"GitHub does not tell strangers which subjects {github.repository} has, {_plain(repository)} or "
        f"{_with_ids(repository)}: {_ALLOW}"
    )


def _repository(github: GitHub) -> dict[str, Any]:
    found = github.find("")
    if not found:
        raise DeliveryError(
            f"GitHub shows no repository {github.repository}: check the name, and if it is private, {_ALLOW}"
        )
    if found["full_name"].lower() != github.repository.lower():
        raise DeliveryError(f"{github.repository} is now {found['full_name']}: name that one")
    return found


def _plain(repository: dict[str, Any]) -> str:
    return f"repo:{repository['full_name']}"


def _with_ids(repository: dict[str, Any]) -> str:
    owner, name = repository["full_name"].split("/")
    return f"repo:{owner}@{repository['owner']['id']}/{name}@{repository['id']}"
