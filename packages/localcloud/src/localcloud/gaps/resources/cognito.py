"""Emulate user pools. Gap: moto's CloudFormation has none of their types; its API has all that is needed here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localcloud.gaps.cloudformation.resource import ReplacementNeeded, Resource

if TYPE_CHECKING:
    from localcloud.world import Properties


class UserPool(Resource):
    type = "AWS::Cognito::UserPool"
    name_property = "UserPoolName"

    def create(self) -> str:
        given = self.pick("AdminCreateUserConfig", "AutoVerifiedAttributes", "MfaConfiguration", "Policies",
                          "UsernameAttributes", "UsernameConfiguration")  # fmt: skip
        made = self.client("cognito-idp").create_user_pool(PoolName=self.name, **given)["UserPool"]
        name = f"cognito-idp.{self.world.region}.amazonaws.com/{made['Id']}"
        self.attributes = {
            "Arn": made["Arn"],
            "UserPoolId": made["Id"],
            "ProviderName": name,
            "ProviderURL": f"https://{name}",
        }
        return str(made["Id"])

    def remove(self) -> None:
        self.client("cognito-idp").delete_user_pool(UserPoolId=self.physical_resource_id)


class UserPoolClient(Resource):
    type = "AWS::Cognito::UserPoolClient"
    name_property = "ClientName"

    def create(self) -> str:
        made = self.client("cognito-idp").create_user_pool_client(
            UserPoolId=self.properties["UserPoolId"], ClientName=self.name, **self._changeable
        )
        identifier = str(made["UserPoolClient"]["ClientId"])
        self.attributes = {"ClientId": identifier, "Name": self.name}
        return identifier

    def update(self, before: Properties) -> None:
        if any(before.get(key) != self.properties.get(key) for key in ("UserPoolId", "GenerateSecret")):
            raise ReplacementNeeded
        self.client("cognito-idp").update_user_pool_client(
            UserPoolId=self.properties["UserPoolId"], ClientId=self.physical_resource_id, **self._changeable
        )

    def remove(self) -> None:
        self.client("cognito-idp").delete_user_pool_client(
            UserPoolId=self.properties["UserPoolId"], ClientId=self.physical_resource_id
        )

    @property
    def _changeable(self) -> Properties:
        given = self.pick("AllowedOAuthFlows", "AllowedOAuthFlowsUserPoolClient", "AllowedOAuthScopes", "CallbackURLs",
                          "ExplicitAuthFlows", "LogoutURLs", "RefreshTokenValidity", "SupportedIdentityProviders",
                          "TokenValidityUnits")  # fmt: skip
        # CloudFormation passes on numbers as texts.
        return given | {key: int(value) for key, value in given.items() if key == "RefreshTokenValidity"}


class UserPoolGroup(Resource):
    type = "AWS::Cognito::UserPoolGroup"
    name_property = "GroupName"

    def create(self) -> str:
        self.client("cognito-idp").create_group(
            GroupName=self.name, **self.pick("UserPoolId", "Description", "Precedence")
        )
        return self.name

    def remove(self) -> None:
        self.client("cognito-idp").delete_group(
            UserPoolId=self.properties["UserPoolId"], GroupName=self.physical_resource_id
        )


class UserPoolDomain(Resource):
    type = "AWS::Cognito::UserPoolDomain"

    def create(self) -> str:
        self.client("cognito-idp").create_user_pool_domain(**self.pick("Domain", "UserPoolId"))
        return str(self.properties["Domain"])

    def remove(self) -> None:
        self.client("cognito-idp").delete_user_pool_domain(**self.pick("Domain", "UserPoolId"))
