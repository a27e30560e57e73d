"""Build the public API: explicit routes that one function answers, throttled and logged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from aws_cdk import Aws, Duration, Fn, RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from constructs import Construct

from crackling_infra.acknowledge import acknowledge
from crackling_infra.constructs.functions import FULL_SCRATCH_MIB, ONE_CPU_MIB
from crackling_infra.constructs.logs import log_group_of
from crackling_infra.constructs.sign_in import SCOPES
from crackling_infra.settings import CAPS

if TYPE_CHECKING:
    from crackling_infra.constructs.functions import Functions
    from crackling_infra.constructs.sign_in import SignIn
    from crackling_infra.settings import Settings

# CloudFront passes /api/... on unchanged; the REST API takes the first part of the path as the stage's name.
STAGE_NAME: Final = "api"
# The header by which the page's distribution proves itself to the function: crackling_lambdas.api.client
PAGE_HEADER: Final = "x-crackling-page"
ROUTES: Final = {
    "/jobs": ("GET", "POST"),
    "/jobs/{job}": ("GET", "PATCH", "DELETE"),
    "/jobs/{job}/email": ("DELETE",),
    "/jobs/{job}/query": ("GET",),
    "/jobs/{job}/targets": ("GET",),
    "/jobs/{job}/targets/{number}/offtargets": ("GET",),
    "/jobs/{job}/export": ("GET",),
    "/genomes": ("GET", "POST"),
    "/genomes/search": ("GET",),
    "/genomes/{genome}": ("GET", "PATCH", "DELETE"),
    "/genomes/{genome}/complete": ("POST",),
    "/genomes/{genome}/bowtie2": ("POST",),
    "/genomes/{genome}/files": ("GET",),
    "/about": ("GET",),
    "/health": ("GET",),
    "/openapi.json": ("GET",),
}
# What everybody may read where people sign in: whether the service works, and how to use it.
OPEN_ROUTES: Final = ("/about", "/health", "/openapi.json")
# Problems (RFC 9457) for requests that never reach the function, in the format that the function uses. A gateway response's
# template cannot see the status, so the responses that users are likely to meet have texts of their own.
_PROBLEM: Final = '{"type":"about:blank","title":$context.error.messageString}'
_REFUSALS: Final = (
    # API Gateway answers an unknown route with 403 and "Missing Authentication Token".
    (
        "NoRoute",
        "MISSING_AUTHENTICATION_TOKEN",
        404,
        "Not Found",
        "There is no such route, or it does not take the method",
    ),
    # As long as API Gateway does not let this one be changed, clients get {"message": "Request Too Long"} instead.
    (
        "TooLarge",
        "REQUEST_TOO_LARGE",
        413,
        "Content Too Large",
        "The request is larger than 6 MB. Split the query, or give a part of the genome as region",
    ),
    (
        "SignedOut",
        "UNAUTHORIZED",
        401,
        "Unauthorized",
        "Sign in: the request has no access token, or one that is not valid any longer",
    ),
    (
        "TooMany",
        "THROTTLED",
        429,
        "Too Many Requests",
        "Too many requests at once; wait a moment and try again",
    ),
)


class Api(Construct):
    """Create the REST API and its function."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        functions: Functions,
        sign_in: SignIn | None,
        settings: Settings,
    ) -> None:
        super().__init__(scope, construct_id)
        # The last part of the stack's id, which nobody outside the account sees. It is used only as a key for counting callers.
        self.page_key = Fn.select(2, Fn.split("/", Aws.STACK_ID))
        self.function = functions.make(
            self,
            "Api",
            "api",
            timeout=Duration.seconds(29),  # API Gateway's own limit
            memory_mib=ONE_CPU_MIB,
            scratch_mib=FULL_SCRATCH_MIB,  # room for an index with its positions, which lists of off-targets need
            environment={
                "CHUNK_SIZE": str(settings.chunk_size),
                "JOB_DAYS": str(settings.job_days),
                "UPLOAD_LIMIT_BYTES": str(settings.upload_limit_bytes),
                "BOWTIE2_LIMIT_BASES": str(settings.bowtie2_limit_bases),
                "LAMBDA_LIMIT_BASES": str(settings.lambda_limit_bases),
                "NCBI_URL": settings.ncbi_url,
                "PAGE_KEY": self.page_key,
                **{cap.variable: str(settings.caps[cap]) for cap in CAPS},
            },
            reserved_concurrency=settings.reserved_concurrency,
        )
        self.rest = self._rest(settings)
        self._add_routes(sign_in)
        self._add_problems()
        self.url = f"https://{self.domain}/{STAGE_NAME}"

    @property
    def domain(self) -> str:
        """Return the API's host name. It refers to no stage, so that the page does not depend on the functions."""
        return f"{self.rest.rest_api_id}.execute-api.{Aws.REGION}.{Aws.URL_SUFFIX}"

    def _rest(self, settings: Settings) -> apigateway.RestApi:
        logs = log_group_of(self, "Access", settings)
        rest = apigateway.RestApi(
            self,
            "Rest",
            rest_api_name=f"crackling-{settings.stage}",
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            # An account has one such role for all of its APIs, so the role must outlive the stack that creates it.
            cloud_watch_role=settings.api_logs_role,
            cloud_watch_role_removal_policy=RemovalPolicy.RETAIN if settings.api_logs_role else None,
            deploy_options=apigateway.StageOptions(
                stage_name=STAGE_NAME,
                throttling_rate_limit=settings.throttle_rate,
                throttling_burst_limit=settings.throttle_burst,
                access_log_destination=apigateway.LogGroupLogDestination(logs),
                access_log_format=apigateway.AccessLogFormat.json_with_standard_fields(
                    caller=False,
                    http_method=True,
                    ip=True,
                    protocol=True,
                    request_time=True,
                    resource_path=True,
                    response_length=True,
                    status=True,
                    user=False,
                ),
                logging_level=apigateway.MethodLoggingLevel.ERROR,
                tracing_enabled=True,
            ),
        )
        rest.node.try_remove_child("Endpoint")  # removes the CDK's own output, whose name says nothing
        self._acknowledge(rest)
        return rest

    def _add_routes(self, sign_in: SignIn | None) -> None:
        integration = apigateway.LambdaIntegration(self.function, allow_test_invoke=False)
        authorizer = (
            apigateway.CognitoUserPoolsAuthorizer(self, "Authorizer", cognito_user_pools=[sign_in.pool])
            if sign_in
            else None
        )
        for path, methods in ROUTES.items():
            guard = None if path in OPEN_ROUTES else authorizer
            for name in methods:
                method = self.rest.root.resource_for_path(path).add_method(
                    name,
                    integration,
                    authorizer=guard,
                    # Scopes make API Gateway take access tokens, which unlike identity tokens do not name the person.
                    authorization_scopes=list(SCOPES) if guard else None,
                )
                if guard is None:
                    _acknowledge_open(method, signed_in=authorizer is not None)

    def _add_problems(self) -> None:
        for name in ("4XX", "5XX"):
            self._add_problem(f"Default{name}", f"DEFAULT_{name}", _PROBLEM)
        for construct_id, kind, status, title, detail in _REFUSALS:
            problem = {"type": "about:blank", "title": title, "status": status, "detail": detail}
            self._add_problem(construct_id, kind, json.dumps(problem), str(status))

    def _add_problem(self, construct_id: str, kind: str, template: str, status: str | None = None) -> None:
        self.rest.add_gateway_response(
            construct_id,
            type=apigateway.ResponseType.of(kind),
            status_code=status,
            response_headers={"Content-Type": "'application/problem+json'"},
            templates={"application/json": template},
        )

    def _acknowledge(self, rest: apigateway.RestApi) -> None:
        for rule, reason in {
            "AwsSolutions-APIG2": "The function validates by typed models and answers with problem details.",
            "AwsSolutions-APIG3": "Throttling bounds the cost; a firewall costs more than the rest.",
            "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
            "AmazonAPIGatewayPushToCloudWatchLogs]": "The account-wide role that API Gateway prescribes.",
        }.items():
            acknowledge(rest, reason, rule)


def _acknowledge_open(method: apigateway.Method, *, signed_in: bool) -> None:
    reason = (
        "It tells nothing about users, and scripts and monitors read it before they sign in."
        if signed_in
        else "The operator chose access=open: a job's random id is its permalink. Jobs expire."
    )
    acknowledge(method, reason, "AwsSolutions-APIG4", "AwsSolutions-COG4")
