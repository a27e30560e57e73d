"""Serve the page from a private bucket behind CloudFront, which also passes /api/* on, so that both have one origin."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from aws_cdk import Aws, Duration
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3_deployment as s3_deployment
from constructs import Construct

from crackling_infra.acknowledge import acknowledge
from crackling_infra.constructs.api import PAGE_HEADER, STAGE_NAME
from crackling_infra.constructs.logs import log_group_of
from crackling_infra.settings import require_folder

if TYPE_CHECKING:
    from aws_cdk import aws_s3 as s3

    from crackling_infra.constructs.api import Api
    from crackling_infra.constructs.sign_in import SignIn
    from crackling_infra.settings import Settings

_PATHS: Final = Path(__file__).with_name("page_paths.js")
# CloudFront caches an origin's error responses with these statuses for 10 s, for every viewer and any query string, even where
# caching is off: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
CACHED_ERRORS = (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)


class Page(Construct):
    """Create the distribution, with a `config.json` that tells the page where the API is."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket: s3.Bucket,
        api: Api,
        sign_in: SignIn | None,
        settings: Settings,
    ) -> None:
        super().__init__(scope, construct_id)
        headers = self._security_headers(settings, sign_in)
        self.distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=f"Crackling Cloud, {settings.stage}",
            web_acl_id=settings.web_acl,
            default_root_object="index.html",
            error_responses=[
                cloudfront.ErrorResponse(http_status=status, ttl=Duration.seconds(0))
                for status in CACHED_ERRORS
            ],
            default_behavior=cloudfront.BehaviorOptions(
                origin=origins.S3BucketOrigin.with_origin_access_control(
                    bucket, origin_access_control=self._access(settings)
                ),
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                response_headers_policy=headers,
                function_associations=[
                    cloudfront.FunctionAssociation(
                        function=self._paths(settings),
                        event_type=cloudfront.FunctionEventType.VIEWER_REQUEST,
                    )
                ],
            ),
            additional_behaviors={
                f"/{STAGE_NAME}/*": cloudfront.BehaviorOptions(
                    origin=origins.HttpOrigin(api.domain, custom_headers={PAGE_HEADER: api.page_key}),
                    viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
                    allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
                    cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
                    origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
                    response_headers_policy=headers,
                )
            },
        )
        self.origin = f"https://{self.distribution.distribution_domain_name}"
        # The address that users are given: the page's own domain if it has one.
        self.address = next(iter(settings.page_origins), self.origin)
        self._acknowledge()
        config: dict[str, object] = {"api": f"/{STAGE_NAME}", "stage": settings.stage}
        self.client = sign_in.add_client([self.origin, *settings.page_origins]) if sign_in else None
        if sign_in and self.client:
            config["signIn"] = sign_in.configuration(self.client)
        self._deploy(bucket, config, settings)

    def _access(self, settings: Settings) -> cloudfront.S3OriginAccessControl:
        name = _global_name(settings)
        return cloudfront.S3OriginAccessControl(self, "Access", origin_access_control_name=name)

    def _paths(self, settings: Settings) -> cloudfront.Function:
        """Create the function that sends viewers of unknown paths to the page; requests to the API do not pass it."""
        return cloudfront.Function(
            self,
            "Paths",
            function_name=_global_name(settings),
            comment=f"Crackling Cloud, {settings.stage}: unknown paths",
            # Comments count towards the limit of 10 KB, which this is far below.
            code=cloudfront.FunctionCode.from_inline(_PATHS.read_text("utf-8")),
            runtime=cloudfront.FunctionRuntime.JS_2_0,
        )

    def _security_headers(
        self, settings: Settings, sign_in: SignIn | None
    ) -> cloudfront.ResponseHeadersPolicy:
        options = cloudfront.ResponseHeadersContentSecurityPolicy
        return cloudfront.ResponseHeadersPolicy(
            self,
            "SecurityHeaders",
            response_headers_policy_name=_global_name(settings),
            comment=f"Crackling Cloud, {settings.stage}",
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                content_security_policy=options(
                    content_security_policy=_content_security_policy(settings, sign_in), override=True
                ),
                content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
                frame_options=cloudfront.ResponseHeadersFrameOptions(
                    frame_option=cloudfront.HeadersFrameOption.DENY, override=True
                ),
                referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                    referrer_policy=cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=True
                ),
                strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                    access_control_max_age=Duration.days(365), include_subdomains=True, override=True
                ),
            ),
        )

    def _deploy(self, bucket: s3.Bucket, config: dict[str, object], settings: Settings) -> None:
        s3_deployment.BucketDeployment(
            self,
            "Files",
            sources=[
                s3_deployment.Source.asset(require_folder(settings.page_directory, "nox -s synth")),
                s3_deployment.Source.json_data("config.json", config),
            ],
            destination_bucket=bucket,
            distribution=self.distribution,
            # Browsers check whether their copy is still current, so that a deployment shows at once.
            cache_control=[s3_deployment.CacheControl.no_cache()],
            log_group=log_group_of(self, "Files", settings),
        )

    def _acknowledge(self) -> None:
        for rule, reason in {
            "AwsSolutions-CFR1": "Open to every country by design.",
            "AwsSolutions-CFR2": "Static files and a throttled API; a firewall costs more than both.",
            "AwsSolutions-CFR3": "The API and the page's bucket log their accesses.",
            "AwsSolutions-CFR4": "CloudFront's own certificate fixes the TLS version.",
        }.items():
            acknowledge(self.distribution, reason, rule)


def _global_name(settings: Settings) -> str:
    """Return a name that is unique in the account, so that the same stage can be deployed to two regions."""
    return f"crackling-{settings.stage}-{Aws.REGION}"


def _content_security_policy(settings: Settings, sign_in: SignIn | None) -> str:
    """Return the content security policy: nothing from other hosts, except that uploads go straight to S3.

    Where people sign in, the page also fetches its tokens from the pool's domain.

    It allows every bucket at the region's host, not just the one: the bucket's CORS rule names this distribution, so naming the
    bucket here would make each depend on the other.
    """
    s3 = f"https://*.s3.{Aws.REGION}.{Aws.URL_SUFFIX}"
    elsewhere = [s3, *settings.upload_origins, *([sign_in.origin] if sign_in else [])]
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            " ".join(["connect-src 'self'", *elsewhere]),
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )
