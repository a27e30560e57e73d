"""Test resource types that moto's CloudFormation lacks or creates incompletely."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from gap import att, create, fresh, ref, resource, shows_gap

if TYPE_CHECKING:
    from localcloud.cloud import LocalCloud
    from localcloud.world import World

TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                                                 "Principal": {"Service": "lambda.amazonaws.com"}}]}  # fmt: skip
ROLE = resource("IAM::Role", AssumeRolePolicyDocument=TRUST)
API = resource("ApiGateway::RestApi", Name="gap", BinaryMediaTypes=["application/gzip"])
CODE = {"ZipFile": "def handler(event, context):\n    return event\n"}


def method(**integration: object) -> dict[str, Any]:
    return resource("ApiGateway::Method", RestApiId=ref("Api"), ResourceId=att("Api", "RootResourceId"),
                    HttpMethod="GET", AuthorizationType="NONE", Integration={"Type": "MOCK", **integration})  # fmt: skip


def function(**more: object) -> dict[str, Any]:
    return resource("Lambda::Function", Code=CODE, Handler="index.handler", Runtime="python3.12",
                    Role=att("Role", "Arn"), **more)  # fmt: skip


def test_api_stage(stock: World, cloud: LocalCloud) -> None:
    resources = {
        "Api": API,
        "Method": method(),
        "Deployment": {**resource("ApiGateway::Deployment", RestApiId=ref("Api")), "DependsOn": "Method"},
        "Stage": resource(
            "ApiGateway::Stage", RestApiId=ref("Api"), DeploymentId=ref("Deployment"), StageName="api"
        ),
    }

    def probe(world: World) -> bool:
        api = create(world, resources, {"Api": ref("Api")}).outputs["Api"]
        return bool(world.client("apigateway").get_stage(restApiId=api, stageName="api")["deploymentId"])

    shows_gap(stock, cloud.world, probe)


def test_api_mock_method(stock: World, cloud: LocalCloud) -> None:
    answer = {"StatusCode": "204", "ResponseParameters": {"method.response.header.X-Test": "'yes'"}}

    def probe(world: World) -> bool:
        stack = create(
            world, {"Api": API, "Method": method(IntegrationResponses=[answer])}, {"Api": ref("Api")}
        )
        api, client = stack.outputs["Api"], world.client("apigateway")
        root = client.get_resources(restApiId=api)["items"][0]["id"]
        integration = client.get_integration(restApiId=api, resourceId=root, httpMethod="GET")
        return "204" in integration["integrationResponses"]

    shows_gap(stock, cloud.world, probe)


def test_api_binary_media_types(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        api = create(world, {"Api": API}, {"Api": ref("Api")}).outputs["Api"]
        made = world.client("apigateway").get_rest_api(restApiId=api)
        return bool(made["binaryMediaTypes"] == ["application/gzip"])

    shows_gap(stock, cloud.world, probe)


def test_api_gateway_response_and_validator(stock: World, cloud: LocalCloud) -> None:
    resources = {
        "Api": API,
        "Gone": resource("ApiGateway::GatewayResponse", RestApiId=ref("Api"), ResponseType="DEFAULT_4XX"),
        "Strict": resource("ApiGateway::RequestValidator", RestApiId=ref("Api"), ValidateRequestBody=True),
    }

    def probe(world: World) -> bool:
        api = create(world, resources, {"Api": ref("Api")}).outputs["Api"]
        client = world.client("apigateway")
        return bool(
            client.get_gateway_response(restApiId=api, responseType="DEFAULT_4XX")
            and client.get_request_validators(restApiId=api)["items"][0]["validateRequestBody"]
        )

    shows_gap(stock, cloud.world, probe)


def test_api_is_removed_with_its_stack(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        stack = create(world, {"Api": API}, {"Api": ref("Api")})
        api = stack.outputs["Api"]
        stack.delete()
        return api not in [one["id"] for one in world.client("apigateway").get_rest_apis()["items"]]

    shows_gap(stock, cloud.world, probe)


def test_distribution_with_origin_access_control(stock: World, cloud: LocalCloud) -> None:
    control = {"Name": "gap", "OriginAccessControlOriginType": "s3", "SigningBehavior": "always",
               "SigningProtocol": "sigv4"}  # fmt: skip
    paths = {"EventType": "viewer-request", "FunctionARN": att("Paths", "FunctionARN")}
    config = {
        "Enabled": True,
        "DefaultCacheBehavior": {"TargetOriginId": "page", "ViewerProtocolPolicy": "https-only",
                                 "FunctionAssociations": [paths]},
        "Origins": [{"Id": "page", "DomainName": "page.s3.amazonaws.com", "OriginAccessControlId": att("Oac", "Id"),
                     "S3OriginConfig": {}}],
    }  # fmt: skip
    resources = {
        "Oac": resource("CloudFront::OriginAccessControl", OriginAccessControlConfig=control),
        "Paths": resource("CloudFront::Function", Name="gap", FunctionCode="function handler(event) {}"),
        "Headers": resource("CloudFront::ResponseHeadersPolicy", ResponseHeadersPolicyConfig={"Name": "gap"}),
        "Cdn": resource("CloudFront::Distribution", DistributionConfig=config),
    }

    def probe(world: World) -> bool:
        outputs = create(world, resources, {"Id": ref("Cdn"), "Domain": att("Cdn", "DomainName")}).outputs
        found = world.client("cloudfront").get_distribution(Id=outputs["Id"])["Distribution"]
        return bool(found["DomainName"] == outputs["Domain"])

    shows_gap(stock, cloud.world, probe)


def test_invalidation_completes(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        client = world.client("cloudfront")
        distribution = client.create_distribution(DistributionConfig={
            "CallerReference": fresh("gap"), "Comment": "", "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [{"Id": "a", "DomainName": "a.s3.amazonaws.com",
                                                  "S3OriginConfig": {"OriginAccessIdentity": ""}}]},
            "DefaultCacheBehavior": {"TargetOriginId": "a", "ViewerProtocolPolicy": "allow-all"},
        })["Distribution"]["Id"]  # fmt: skip
        batch = {"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": "one"}
        made = client.create_invalidation(DistributionId=distribution, InvalidationBatch=batch)[
            "Invalidation"
        ]
        found = client.get_invalidation(DistributionId=distribution, Id=made["Id"])["Invalidation"]
        return bool(found["Status"] == "Completed")

    shows_gap(stock, cloud.world, probe)


def test_alarm(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        name = fresh("alarm")
        alarm = resource("CloudWatch::Alarm", AlarmName=name, ComparisonOperator="GreaterThanThreshold",
                         EvaluationPeriods=1, MetricName="m", Namespace="n", Period=60, Statistic="Sum", Threshold=1)  # fmt: skip
        arn = create(world, {"A": alarm}, {"Arn": att("A", "Arn")}).outputs["Arn"]
        found = world.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
        return [one["AlarmArn"] for one in found] == [arn]

    shows_gap(stock, cloud.world, probe)


def test_policies_of_queues_topics_and_buckets(stock: World, cloud: LocalCloud) -> None:
    allow = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "*", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [allow]}
    resources = {
        "Queue": resource("SQS::Queue"),
        "Topic": resource("SNS::Topic"),
        "Bucket": resource("S3::Bucket"),
        "OfQueue": resource("SQS::QueuePolicy", Queues=[ref("Queue")], PolicyDocument=document),
        "OfTopic": resource("SNS::TopicPolicy", Topics=[ref("Topic")], PolicyDocument=document),
        "OfBucket": resource("S3::BucketPolicy", Bucket=ref("Bucket"), PolicyDocument=document),
    }

    def probe(world: World) -> bool:
        made = create(world, resources, {name: ref(name) for name in ("Queue", "Topic", "Bucket")}).outputs
        queue = world.client("sqs").get_queue_attributes(QueueUrl=made["Queue"], AttributeNames=["Policy"])
        topic = world.client("sns").get_topic_attributes(TopicArn=made["Topic"])
        policies = (queue["Attributes"]["Policy"], topic["Attributes"]["Policy"],
                    world.client("s3").get_bucket_policy(Bucket=made["Bucket"])["Policy"])  # fmt: skip
        return all(json.loads(policy) == document for policy in policies)

    shows_gap(stock, cloud.world, probe)


def test_conditional_denial_does_not_lock_a_bucket(stock: World, cloud: LocalCloud) -> None:
    """moto ignores conditions, so "deny without TLS" denies everything. It lacks BucketPolicy, so the probe uses its API."""

    def probe(world: World) -> bool:
        name, s3 = fresh("tls-only"), world.client("s3")
        deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",
                "Condition": {"Bool": {"aws:SecureTransport": "false"}}}  # fmt: skip
        document = {"Version": "2012-10-17", "Statement": [deny]}
        if world is stock:
            s3.create_bucket(Bucket=name)
            s3.put_bucket_policy(Bucket=name, Policy=json.dumps(document))
        else:
            create(world, {"B": resource("S3::Bucket", BucketName=name),
                           "P": resource("S3::BucketPolicy", Bucket=ref("B"), PolicyDocument=document)})  # fmt: skip
        return bool(s3.put_object(Bucket=name, Key="key", Body=b"body"))

    shows_gap(stock, cloud.world, probe)


def test_subscription(stock: World, cloud: LocalCloud) -> None:
    resources = {"Topic": resource("SNS::Topic"),
                 "S": resource("SNS::Subscription", TopicArn=ref("Topic"), Protocol="email", Endpoint="a@b.c")}  # fmt: skip

    def probe(world: World) -> bool:
        topic = create(world, resources, {"Topic": ref("Topic")}).outputs["Topic"]
        return bool(world.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"])

    shows_gap(stock, cloud.world, probe)


def test_bucket_settings(stock: World, cloud: LocalCloud) -> None:
    bucket = resource(
        "S3::Bucket",
        CorsConfiguration={"CorsRules": [{"AllowedMethods": ["PUT"], "AllowedOrigins": ["*"], "MaxAge": 60}]},
        LifecycleConfiguration={"Rules": [{"Status": "Enabled", "ExpirationInDays": 7, "Id": "week"}]},
        VersioningConfiguration={"Status": "Enabled"},
        PublicAccessBlockConfiguration={"BlockPublicAcls": True},
    )

    def probe(world: World) -> bool:
        name, s3 = create(world, {"B": bucket}, {"B": ref("B")}).outputs["B"], world.client("s3")
        return bool(
            s3.get_bucket_cors(Bucket=name)["CORSRules"][0]["MaxAgeSeconds"] == 60
            and s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"][0]["Expiration"]["Days"] == 7
            and s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
            and s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]["BlockPublicAcls"]
        )

    shows_gap(stock, cloud.world, probe)


def test_tagged_bucket_can_change(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        tagged = [{"Key": "a", "Value": "1"}]
        stack = create(world, {"B": resource("S3::Bucket", Tags=tagged)}, {"B": ref("B")})
        name = stack.outputs["B"]
        stack.update({"B": resource("S3::Bucket", Tags=[{"Key": "a", "Value": "2"}])}, {"B": ref("B")})
        return bool(world.client("s3").get_bucket_tagging(Bucket=name)["TagSet"][0]["Value"] == "2")

    shows_gap(stock, cloud.world, probe)


def test_table_expiry_and_recovery(stock: World, cloud: LocalCloud) -> None:
    table = resource(
        "DynamoDB::Table",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"},
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
    )

    def probe(world: World) -> bool:
        name, dynamodb = create(world, {"T": table}, {"T": ref("T")}).outputs["T"], world.client("dynamodb")
        ttl = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["TimeToLiveStatus"]
        backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        return (ttl, backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]) == (
            "ENABLED",
            "ENABLED",
        )

    shows_gap(stock, cloud.world, probe)


def test_log_group_retention_can_change(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        name = fresh("/gap/group")
        stack = create(world, {"G": resource("Logs::LogGroup", LogGroupName=name, RetentionInDays=7)})
        stack.update({"G": resource("Logs::LogGroup", LogGroupName=name, RetentionInDays=14)})
        groups = world.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        return bool(groups[0].get("retentionInDays") == 14)

    shows_gap(stock, cloud.world, probe)


def test_schedule_that_nothing_would_fire_fails(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        rule = resource("Events::Rule", ScheduleExpression="cron(0 12 * * ? *)")
        return create(world, {"R": rule}).status == "ROLLBACK_COMPLETE"

    shows_gap(stock, cloud.world, probe)


def test_function_keeps_layers_architecture_and_log_group(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        bucket, s3, stream = fresh("assets"), world.client("s3"), io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("python/one.py", "")
        s3.create_bucket(Bucket=bucket)
        s3.put_object(Bucket=bucket, Key="layer.zip", Body=stream.getvalue())
        layer = resource("Lambda::LayerVersion", Content={"S3Bucket": bucket, "S3Key": "layer.zip"})
        group = resource("Logs::LogGroup", LogGroupName=fresh("/gap/function"))
        resources = {"Role": ROLE, "Layer": layer, "Group": group,
                     "F": function(Layers=[ref("Layer")], Architectures=["arm64"],
                                   LoggingConfig={"LogGroup": ref("Group")})}  # fmt: skip
        made = create(world, resources, {"F": ref("F"), "Layer": ref("Layer")}).outputs
        found = world.client("lambda").get_function_configuration(FunctionName=made["F"])
        return [one["Arn"] for one in found["Layers"]] == [made["Layer"]] and found["Architectures"] == [
            "arm64"
        ]

    shows_gap(stock, cloud.world, probe)


def test_function_follows_every_change(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        stack = create(world, {"Role": ROLE, "F": function(ReservedConcurrentExecutions=2)}, {"F": ref("F")})
        name = stack.outputs["F"]
        stack.update({"Role": ROLE, "F": function(ReservedConcurrentExecutions=3)}, {"F": ref("F")})
        found = world.client("lambda").get_function_concurrency(FunctionName=name)
        return bool(found["ReservedConcurrentExecutions"] == 3)

    shows_gap(stock, cloud.world, probe)


def test_permission_has_a_name_and_can_go(stock: World, cloud: LocalCloud) -> None:
    permission = resource("Lambda::Permission", FunctionName=ref("F"), Action="lambda:InvokeFunction",
                          Principal="apigateway.amazonaws.com")  # fmt: skip

    def probe(world: World) -> bool:
        resources = {"Role": ROLE, "F": function()}
        stack = create(world, {**resources, "P": permission}, {"F": ref("F")})
        name = stack.outputs["F"]
        stack.update(resources, {"F": ref("F")})
        try:
            world.client("lambda").get_policy(FunctionName=name)
        except world.client("lambda").exceptions.ResourceNotFoundException:
            return True
        return False

    shows_gap(stock, cloud.world, probe)
