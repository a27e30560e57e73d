"""Let people sign in, if the settings say so: a user pool with its sign-in pages, and the page's client.

Administrators create the users; an institute's own OpenID Connect provider may vouch for its members too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import Aws, Duration, RemovalPolicy, SecretValue
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from crackling_infra.acknowledge import acknowledge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crackling_infra.settings import IdentityProvider, Settings

ADMINS: Final = "admin"  # the group whose members the API lets delete what belongs to others
# Access tokens that the page gets by the code flow have the first; those that scripts get by a password have the second.
SCOPES: Final = (
    cognito.OAuthScope.OPENID.scope_name,
    cognito.OAuthScope.COGNITO_ADMIN.scope_name,
)
_TOKEN_MINUTES: Final = 60
_SESSION_DAYS: Final = 1
_INVITATION_DAYS: Final = 7


class SignIn(Construct):
    """Create the pool and its group of administrators; what needs the API or the page is added when these are there."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self.pool = self._pool(settings)
        cognito.UserPoolGroup(
            self,
            "Admins",
            user_pool=self.pool,
            group_name=ADMINS,
            description="May delete jobs and genomes of others",
        )
        self._provider = self._institute(settings.identity_provider) if settings.identity_provider else None
        self.origin = settings.sign_in_origin or ""

    def add_domain(self, api_id: str, settings: Settings) -> None:
        """Create the domain of the pages to sign in at.

        No other pool of the region may have its prefix, which is why it ends with the id of the API: that is unique too, and no
        secret. One id in some 6,000 holds "aws", which Cognito does not allow; then the deployment has to be repeated.
        """
        prefix = f"crackling-{settings.stage}-{api_id}"
        cognito.UserPoolDomain(
            self,
            "Domain",
            user_pool=self.pool,
            cognito_domain=cognito.CognitoDomainOptions(domain_prefix=prefix),
        )
        # A text rather than a reference to the domain, which no resource has to wait for.
        self.origin = self.origin or f"https://{prefix}.auth.{Aws.REGION}.amazoncognito.com"

    def add_client(self, origins: Sequence[str]) -> cognito.UserPoolClient:
        """Return a new public client of the page at these origins, which uses the code flow with PKCE."""
        addresses = [f"{origin}/" for origin in origins]
        return cognito.UserPoolClient(
            self,
            "Client",
            user_pool=self.pool,
            generate_secret=False,
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[cognito.OAuthScope.OPENID, cognito.OAuthScope.EMAIL],
                callback_urls=addresses,
                logout_urls=addresses,
            ),
            # Scripts send the password or a refresh token to get an access token.
            auth_flows=cognito.AuthFlow(user_password=True),
            supported_identity_providers=[
                cognito.UserPoolClientIdentityProvider.COGNITO,
                *(
                    [cognito.UserPoolClientIdentityProvider.custom(self._provider.provider_name)]
                    if self._provider
                    else []
                ),
            ],
            access_token_validity=Duration.minutes(_TOKEN_MINUTES),
            id_token_validity=Duration.minutes(_TOKEN_MINUTES),
            refresh_token_validity=Duration.days(_SESSION_DAYS),
            enable_token_revocation=True,
            prevent_user_existence_errors=True,
        )

    def configuration(self, client: cognito.UserPoolClient) -> dict[str, str]:
        """Return what the page must know to let people sign in."""
        return {
            "authorize": f"{self.origin}/oauth2/authorize",
            "token": f"{self.origin}/oauth2/token",
            "revoke": f"{self.origin}/oauth2/revoke",
            "logout": f"{self.origin}/logout",
            "clientId": client.user_pool_client_id,
        }

    def _pool(self, settings: Settings) -> cognito.UserPool:
        pool = cognito.UserPool(
            self,
            "Pool",
            user_pool_name=f"crackling-{settings.stage}",
            feature_plan=cognito.FeaturePlan.LITE,
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            auto_verify=cognito.AutoVerifiedAttrs(email=True),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            password_policy=cognito.PasswordPolicy(
                min_length=12,
                require_digits=True,
                require_lowercase=True,
                require_uppercase=True,
                require_symbols=True,
                temp_password_validity=Duration.days(_INVITATION_DAYS),
            ),
            mfa=cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            deletion_protection=not settings.disposable,
            removal_policy=RemovalPolicy.DESTROY if settings.disposable else RemovalPolicy.RETAIN,
        )
        for rule, reason in {
            "AwsSolutions-COG2": "Every user may add a second factor; whether all must is for the operator to say.",
            "AwsSolutions-COG3": "Threat protection needs a plan that charges for each user.",
            "AwsSolutions-COG8": "The plan that charges nothing for the users of a laboratory.",
        }.items():
            acknowledge(pool, reason, rule)
        return pool

    def _institute(self, given: IdentityProvider) -> cognito.UserPoolIdentityProviderOidc:
        """Create the institute's provider; CloudFormation reads its secret as it deploys, so that no template holds it."""
        return cognito.UserPoolIdentityProviderOidc(
            self,
            "Institute",
            user_pool=self.pool,
            name=given.name,
            issuer_url=given.issuer,
            client_id=given.client_id,
            client_secret=SecretValue.secrets_manager(given.secret).unsafe_unwrap(),
            scopes=["openid", "email"],
            attribute_mapping=cognito.AttributeMapping(email=cognito.ProviderAttribute.other("email")),
        )
