"""Define a small stack with one of everything that the local cloud claims to run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import (
    aws_apigateway as apigateway,
)
from aws_cdk import (
    aws_budgets as budgets,
)
from aws_cdk import (
    aws_cloudfront as cloudfront,
)
from aws_cdk import (
    aws_cloudfront_origins as origins,
)
from aws_cdk import (
    aws_cloudwatch as cloudwatch,
)
from aws_cdk import (
    aws_cloudwatch_actions as actions,
)
from aws_cdk import (
    aws_dynamodb as dynamodb,
)
from aws_cdk import (
    aws_ec2 as ec2,
)
from aws_cdk import (
    aws_events as events,
)
from aws_cdk import (
    aws_events_targets as targets,
)
from aws_cdk import (
    aws_iam as iam,
)
from aws_cdk import (
    aws_lambda as lambda_,
)
from aws_cdk import (
    aws_lambda_event_sources as sources,
)
from aws_cdk import (
    aws_logs as logs,
)
from aws_cdk import (
    aws_s3 as s3,
)
from aws_cdk import (
    aws_s3_deployment as deployment,
)
from aws_cdk import (
    aws_sns as sns,
)
from aws_cdk import (
    aws_sns_subscriptions as subscriptions,
)
from aws_cdk import (
    aws_sqs as sqs,
)
from aws_cdk import (
    aws_ssm as ssm,
)

if TYPE_CHECKING:
    from constructs import Construct

HERE = Path(__file__).parent
UBUNTU = "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id"


class SampleStack(cdk.Stack):
    def __init__(self, scope: Construct, name: str, *, fail: bool = False, greeting: str = "hello") -> None:
        super().__init__(scope, name)
        self._storage()
        self._functions(greeting)
        self._page(self._api())
        self._events()
        self._watch()
        cdk.CustomResource(
            self, "Custom", service_token=self.provider.function_arn, properties={"Fail": fail}
        )

    def _storage(self) -> None:
        gone = cdk.RemovalPolicy.DESTROY
        self.jobs = dynamodb.Table(
            self,
            "Jobs",
            partition_key=dynamodb.Attribute(name="job", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            stream=dynamodb.StreamViewType.NEW_IMAGE,
            time_to_live_attribute="expires",
            removal_policy=gone,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
        )
        self.rows = dynamodb.Table(
            self,
            "Rows",
            partition_key=dynamodb.Attribute(name="job", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="number", type=dynamodb.AttributeType.NUMBER),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            removal_policy=gone,
        )
        self.bucket = s3.Bucket(
            self,
            "Data",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            encryption=s3.BucketEncryption.S3_MANAGED,
            removal_policy=gone,
            auto_delete_objects=True,
            cors=[
                s3.CorsRule(
                    allowed_methods=[s3.HttpMethods.POST],
                    allowed_origins=["http://localhost:*"],
                    allowed_headers=["*"],
                    exposed_headers=["ETag"],
                )
            ],
            lifecycle_rules=[s3.LifecycleRule(expiration=cdk.Duration.days(7))],
        )
        self.dlq = sqs.Queue(self, "Dlq", enforce_ssl=True)
        self.queue = sqs.Queue(
            self,
            "Queue",
            enforce_ssl=True,
            visibility_timeout=cdk.Duration.seconds(2),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dlq, max_receive_count=3),
        )

    def _functions(self, greeting: str) -> None:
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        self.layer = lambda_.LayerVersion(self, "Layer", code=lambda_.Code.from_asset(str(HERE / "layer")))
        runtime = lambda_.Runtime(version, lambda_.RuntimeFamily.PYTHON)

        def function(name: str, **environment: str) -> lambda_.Function:
            group = logs.LogGroup(
                self,
                f"{name}Logs",
                retention=logs.RetentionDays.ONE_WEEK,
                removal_policy=cdk.RemovalPolicy.DESTROY,
            )
            return lambda_.Function(
                self,
                name,
                runtime=runtime,
                handler=f"{name.lower()}.handler",
                timeout=cdk.Duration.seconds(2),
                code=lambda_.Code.from_asset(str(HERE / "code")),
                layers=[self.layer],
                log_group=group,
                environment=environment,
                memory_size=256,
            )

        self.api_function = function(
            "Api", JOBS_TABLE=self.jobs.table_name, BUCKET=self.bucket.bucket_name, GREETING=greeting
        )
        self.scheduler = function("Scheduler", QUEUE_URL=self.queue.queue_url)
        self.consumer = function("Consumer", JOBS_TABLE=self.jobs.table_name, ROWS_TABLE=self.rows.table_name)
        self.reaper = function("Reaper")
        self.provider = function("Provider")
        self.jobs.grant_read_write_data(self.api_function)
        self.bucket.grant_put(self.api_function)
        self.queue.grant_send_messages(self.scheduler)
        self.jobs.grant(self.consumer, "dynamodb:UpdateItem")
        self.rows.grant(self.consumer, "dynamodb:PutItem")

    def _api(self) -> apigateway.RestApi:
        api = apigateway.RestApi(
            self,
            "Rest",
            deploy_options=apigateway.StageOptions(stage_name="api"),
            cloud_watch_role=True,
            cloud_watch_role_removal_policy=cdk.RemovalPolicy.DESTROY,
            default_cors_preflight_options=apigateway.CorsOptions(allow_origins=["*"]),
        )
        integration = apigateway.LambdaIntegration(self.api_function)
        jobs = api.root.add_resource("jobs")
        jobs.add_method("POST", integration)
        jobs.add_resource("{job}").add_method("GET", integration)
        for path in ("sleep", "crash", "forbidden", "upload", "about"):
            api.root.add_resource(path).add_method("GET", integration)
        api.add_gateway_response(
            "NoRoute",
            type=apigateway.ResponseType.MISSING_AUTHENTICATION_TOKEN,
            status_code="404",
            templates={"application/json": '{"title": "no such route"}'},
        )
        return api

    def _page(self, api: apigateway.RestApi) -> None:
        page = s3.Bucket(
            self,
            "Page",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            removal_policy=cdk.RemovalPolicy.DESTROY,
            auto_delete_objects=True,
        )
        headers = cloudfront.ResponseHeadersPolicy(
            self,
            "Headers",
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                    content_security_policy="default-src 'self'", override=True
                )
            ),
        )
        distribution = cloudfront.Distribution(
            self,
            "Cdn",
            default_root_object="index.html",
            default_behavior=cloudfront.BehaviorOptions(
                origin=origins.S3BucketOrigin.with_origin_access_control(page),
                response_headers_policy=headers,
            ),
            additional_behaviors={
                "/api/*": cloudfront.BehaviorOptions(
                    origin=origins.RestApiOrigin(api, origin_path="/"),
                    allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
                    cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
                    origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
                )
            },
        )
        deployment.BucketDeployment(
            self,
            "PageFiles",
            destination_bucket=page,
            distribution=distribution,
            sources=[
                deployment.Source.asset(str(HERE / "page")),
                deployment.Source.json_data("config.json", {"api": "/api", "table": self.jobs.table_name}),
            ],
        )

    def _events(self) -> None:
        self.consumer.add_event_source(
            sources.SqsEventSource(
                self.queue, batch_size=5, report_batch_item_failures=True, max_concurrency=2
            )
        )
        self.scheduler.add_event_source(
            sources.DynamoEventSource(
                self.jobs,
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                retry_attempts=2,
                bisect_batch_on_error=True,
                on_failure=sources.SqsDlq(self.dlq),
                report_batch_item_failures=True,
                filters=[lambda_.FilterCriteria.filter({"eventName": lambda_.FilterRule.is_equal("INSERT")})],
            )
        )
        events.Rule(
            self,
            "Clock",
            rule_name="sample-clock",
            schedule=events.Schedule.rate(cdk.Duration.minutes(5)),
            targets=[targets.LambdaFunction(self.reaper)],
        )

    def _watch(self) -> None:
        topic = sns.Topic(self, "Topic", enforce_ssl=True)
        topic.add_subscription(subscriptions.EmailSubscription("someone@example.org"))
        metric = self.dlq.metric_approximate_number_of_messages_visible()
        alarm = cloudwatch.Alarm(self, "DlqAlarm", metric=metric, threshold=1, evaluation_periods=1)
        alarm.add_alarm_action(actions.SnsAction(topic))
        cloudwatch.Dashboard(self, "Board", dashboard_name="sample").add_widgets(
            cloudwatch.GraphWidget(left=[metric])
        )
        budgets.CfnBudget(
            self,
            "Budget",
            budget=budgets.CfnBudget.BudgetDataProperty(
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(amount=5, unit="USD"),
            ),
        )
        cdk.CfnOutput(self, "DlqUrl", value=self.dlq.queue_url)
        cdk.CfnOutput(self, "RowsTable", value=self.rows.table_name)
        cdk.CfnOutput(self, "ApiFunction", value=self.api_function.function_name)


class SampleWorkerStack(cdk.Stack):
    """An instance in the default network, with the image from Ubuntu's public parameter."""

    def __init__(self, scope: Construct, name: str) -> None:
        super().__init__(scope, name)
        image = ec2.MachineImage.from_ssm_parameter(UBUNTU, os=ec2.OperatingSystemType.LINUX).get_image(self)
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name("AmazonSSMManagedInstanceCore")],
        )
        profile = iam.CfnInstanceProfile(self, "Profile", roles=[role.role_name])
        group = ec2.CfnSecurityGroup(self, "Group", group_description="nothing comes in")
        ec2.CfnInstance(
            self,
            "Worker",
            image_id=image.image_id,
            instance_type="t2.nano",
            iam_instance_profile=profile.ref,
            security_group_ids=[group.attr_group_id],
            user_data=cdk.Fn.base64("#!/bin/sh\necho hello\n"),
            tags=[cdk.CfnTag(key="for", value="test")],
        )
        ssm.StringParameter(self, "Image", parameter_name="/sample/image", string_value="none yet")


def synthesise(folder: Path, *, fail: bool = False, greeting: str = "hello") -> Path:
    """Write both stacks' cloud assembly to `folder`."""
    app = cdk.App(outdir=str(folder), context={
        "@aws-cdk/aws-lambda:useCdkManagedLogGroup": True,
        "aws:cdk:enable-path-metadata": False,
    })  # fmt: skip
    SampleStack(app, "Sample", fail=fail, greeting=greeting)
    SampleWorkerStack(app, "SampleWorker")
    app.synth()
    return folder
