"""A user of a stage for as long as a test takes, where people sign in."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from crackling_aws import names
from delivery.program import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class UserPools(Protocol):
    """The part of a client of Cognito that is needed here."""

    def admin_create_user(self, **request: Any) -> Any: ...  # noqa: ANN401 - as AWS has it
    def admin_set_user_password(self, **request: Any) -> Any: ...  # noqa: ANN401
    def admin_delete_user(self, **request: Any) -> Any: ...  # noqa: ANN401
    def initiate_auth(self, **request: Any) -> Any: ...  # noqa: ANN401


@contextmanager
def visitor(users: UserPools, stage: str, outputs: Mapping[str, str]) -> Iterator[str]:
    """Create a user without rights, yield an access token of theirs, and delete the user again.

    Args:
        users: a client of Cognito, whose caller may create users.
        stage: a deployed stage.
        outputs: of the stage's stack.

    Raises:
        DeliveryError: nobody signs in at this stage, or the user could not be created.
    """
    if not {"UserPool", "UserPoolClient"} <= outputs.keys():
        raise DeliveryError(
            f"{names.service_stack(stage)} has no user pool, though its page lets people sign in"
        )
    # example.invalid belongs to nobody, and nothing is sent there.
    user = {
        "UserPoolId": outputs["UserPool"],
        "Username": f"smoke-test-{secrets.token_hex(4)}@example.invalid",
    }
    password = f"Aa1!{secrets.token_urlsafe(24)}"
    try:
        users.admin_create_user(**user, MessageAction="SUPPRESS")
    except ClientError as error:
        raise DeliveryError(f"no user could be created to test the stage {stage}: {error}") from error
    try:
        users.admin_set_user_password(**user, Password=password, Permanent=True)
        signed_in = users.initiate_auth(
            ClientId=outputs["UserPoolClient"],
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": user["Username"], "PASSWORD": password},
        )
        yield signed_in["AuthenticationResult"]["AccessToken"]
    finally:
        users.admin_delete_user(**user)
