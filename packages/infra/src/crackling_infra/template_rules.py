"""Rules for synthesised templates that cfn-lint and cdk-nag do not have; each found faults that these two let pass.

`findings(template)` yields a line for each violation. A rule reads the template as CloudFormation would, so it holds for every
resource of a kind, whichever construct made it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Resource = Mapping[str, Any]
    Resources = Mapping[str, Resource]
    Rule = Callable[[Resources], Iterator[str]]

QUEUE_ACTIONS: Final = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
STREAM_ACTIONS: Final = ("dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream")
MAX_BATCH_WITHOUT_WINDOW: Final = 10
"""Messages of SQS that Lambda passes at once without a window (AWS::Lambda::EventSourceMapping, BatchSize)."""
# AWS::ApiGateway::Resource, PathPart: a variable in braces, with + for all that follows, or letters that need no escape.
PATH_PART: Final = re.compile(r"\{[\w.:-]+\+?\}|[\w.~:@!$&'()*+,;=-]+")
ACCOUNT: Final = re.compile(r"arn:[\w-]+:[\w-]*:[\w-]*:(\d{12}):|^(\d{12})$")
LIFECYCLE_ACTIONS: Final = (
    "AbortIncompleteMultipartUpload", "ExpirationDate", "ExpirationInDays", "ExpiredObjectDeleteMarker",
    "NoncurrentVersionExpiration", "NoncurrentVersionExpirationInDays", "NoncurrentVersionTransitions",
    "Transition", "Transitions",
)  # fmt: skip


def findings(template: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each violation of a rule in a template."""
    resources = template["Resources"]
    for rule in RULES:
        yield from rule(resources)


def consumers_may_poll(resources: Resources) -> Iterator[str]:
    """Require that a function's role may do what its poller does: Lambda polls with the role of the function."""
    for name, mapping in _of(resources, "AWS::Lambda::EventSourceMapping"):
        source = mapping["EventSourceArn"]
        function = resources[_target(mapping["FunctionName"])]["Properties"]
        needed = QUEUE_ACTIONS if _is_queue(resources, source) else STREAM_ACTIONS
        role = _target(function["Role"])
        allowed = {
            action
            for statement in _statements_of(resources, role)
            if statement["Effect"] == "Allow" and source in _list(statement["Resource"])
            for action in _list(statement["Action"])
        }
        for action in needed:
            if action not in allowed:
                yield f"{name}: {role} lacks {action} on the source that it polls"


def roles_are_trusted_by_their_users(resources: Resources) -> Iterator[str]:
    """Require that a role is trusted by the service that uses it."""
    for kind, attribute, service in (
        ("AWS::Lambda::Function", "Role", "lambda.amazonaws.com"),
        ("AWS::IAM::InstanceProfile", "Roles", "ec2.amazonaws.com"),
        ("AWS::ApiGateway::Account", "CloudWatchRoleArn", "apigateway.amazonaws.com"),
    ):
        for name, properties in _of(resources, kind):
            for role in _list(properties.get(attribute, [])):
                trusted = resources[_target(role)]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
                services = {
                    one for statement in trusted for one in _list(statement["Principal"].get("Service", []))
                }
                if services != {service}:
                    yield f"{_target(role)}: is trusted by {sorted(services)}, but used by {name}, so by {service}"


def path_parts_are_whole(resources: Resources) -> Iterator[str]:
    """Require path parts that API Gateway accepts."""
    for name, properties in _of(resources, "AWS::ApiGateway::Resource"):
        if not PATH_PART.fullmatch(properties["PathPart"]):
            yield f"{name}: {properties['PathPart']!r} is not a path part"


def invocations_are_allowed(resources: Resources) -> Iterator[str]:
    """Require a permission for each service that invokes a function by a resource-based policy."""
    allowed = {
        (_target(permission["FunctionName"]), permission["Principal"])
        for _, permission in _of(resources, "AWS::Lambda::Permission")
    }
    for name, rule in _of(resources, "AWS::Events::Rule"):
        for one in rule.get("Targets", []):
            if (_target(one["Arn"]), "events.amazonaws.com") not in allowed:
                yield f"{name}: EventBridge may not invoke {_target(one['Arn'])}"
    functions = {name for name, _ in _of(resources, "AWS::Lambda::Function")}
    for name, method in _of(resources, "AWS::ApiGateway::Method"):
        for function in functions & _references(method.get("Integration", {}).get("Uri")):
            if (function, "apigateway.amazonaws.com") not in allowed:
                yield f"{name}: API Gateway may not invoke {function}"


def texts_of_json_are_json(resources: Resources) -> Iterator[str]:
    """Require that filters of streams and bodies of dashboards are JSON objects."""
    texts = [
        (name, one["Pattern"])
        for name, mapping in _of(resources, "AWS::Lambda::EventSourceMapping")
        for one in mapping.get("FilterCriteria", {}).get("Filters", [])
    ]
    texts += [(name, one["DashboardBody"]) for name, one in _of(resources, "AWS::CloudWatch::Dashboard")]
    for name, text in texts:
        try:
            read = json.loads(_joined(text))
        except ValueError:
            read = None
        if not isinstance(read, dict):
            yield f"{name}: contains a text that should be a JSON object"


def lifecycle_rules_act(resources: Resources) -> Iterator[str]:
    """Require that each lifecycle rule of a bucket has an action, and no action is after 0 days."""
    for name, bucket in _of(resources, "AWS::S3::Bucket"):
        for rule in bucket.get("LifecycleConfiguration", {}).get("Rules", []):
            if not any(action in rule for action in LIFECYCLE_ACTIONS):
                yield f"{name}: a lifecycle rule has no action"
            if 0 in _days(rule):
                yield f"{name}: a lifecycle rule acts after 0 days"


def policies_name_no_other_account(resources: Resources) -> Iterator[str]:
    """Require that policies name no account: that of the stack is a pseudo parameter."""
    for name, document in _policies(resources):
        for text in _texts(document):
            if found := ACCOUNT.search(text):
                yield f"{name}: names the account {found[1] or found[2]}"


def nothing_is_public(resources: Resources) -> Iterator[str]:
    """Require a condition wherever a policy of a resource lets everybody in, even where a block forbids it."""
    for name, document in _policies(resources):
        for statement in document["Statement"]:
            principal = statement.get("Principal")
            everybody = principal == "*" or (
                isinstance(principal, dict) and "*" in _list(principal.get("AWS", []))
            )
            if everybody and statement["Effect"] == "Allow" and not statement.get("Condition"):
                yield f"{name}: lets everybody in"


def large_batches_have_a_window(resources: Resources) -> Iterator[str]:
    """Require a window where a queue passes more than ten messages at once."""
    for name, mapping in _of(resources, "AWS::Lambda::EventSourceMapping"):
        has_window = mapping.get("MaximumBatchingWindowInSeconds", 0) > 0
        is_large = mapping.get("BatchSize", 1) > MAX_BATCH_WITHOUT_WINDOW
        if is_large and not has_window and _is_queue(resources, mapping["EventSourceArn"]):
            yield f"{name}: a batch of {mapping['BatchSize']} messages needs a window"


def messages_stay_hidden_while_they_are_handled(resources: Resources) -> Iterator[str]:
    """Require that a message is hidden for at least as long as its function may run."""
    for name, mapping in _of(resources, "AWS::Lambda::EventSourceMapping"):
        if _is_queue(resources, mapping["EventSourceArn"]):
            hidden = resources[_target(mapping["EventSourceArn"])]["Properties"].get("VisibilityTimeout", 30)
            runs = resources[_target(mapping["FunctionName"])]["Properties"].get("Timeout", 3)
            if hidden < runs:
                yield f"{name}: messages are hidden for {hidden} s, and the function may run for {runs} s"


RULES: Final[tuple[Rule, ...]] = (
    consumers_may_poll,
    roles_are_trusted_by_their_users,
    path_parts_are_whole,
    invocations_are_allowed,
    texts_of_json_are_json,
    lifecycle_rules_act,
    policies_name_no_other_account,
    nothing_is_public,
    large_batches_have_a_window,
    messages_stay_hidden_while_they_are_handled,
)


def _of(resources: Resources, kind: str) -> Iterator[tuple[str, Resource]]:
    """Yield the logical id and the properties of each resource of a type."""
    for name, resource in resources.items():
        if resource["Type"] == kind:
            yield name, resource.get("Properties", {})


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _target(reference: object) -> str:
    """Return the logical id that a Ref or GetAtt names, or the text itself."""
    if isinstance(reference, dict):
        return str(reference["Ref"] if "Ref" in reference else reference["Fn::GetAtt"][0])
    return str(reference)


def _is_queue(resources: Resources, source: object) -> bool:
    return bool(resources[_target(source)]["Type"] == "AWS::SQS::Queue")


def _statements_of(resources: Resources, role: str) -> Iterator[Resource]:
    """Yield the statements of a role: its own, and those of the policies that name it."""
    for policy in resources[role]["Properties"].get("Policies", []):
        yield from policy["PolicyDocument"]["Statement"]
    for _, policy in _of(resources, "AWS::IAM::Policy"):
        if any(_target(one) == role for one in policy.get("Roles", [])):
            yield from policy["PolicyDocument"]["Statement"]


def _policies(resources: Resources) -> Iterator[tuple[str, Resource]]:
    """Yield every policy document of a template, with the logical id of the resource that has it."""
    for name, resource in resources.items():
        pending: list[Any] = [resource.get("Properties", {})]
        while pending:
            node = pending.pop()
            if isinstance(node, dict):
                if isinstance(node.get("Statement"), list):
                    yield name, node
                pending += node.values()
            elif isinstance(node, list):
                pending += node


def _texts(node: object) -> Iterator[str]:
    """Yield all texts within a part of a template."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)


def _references(node: object) -> set[str]:
    """Return the logical ids that a part of a template refers to."""
    if isinstance(node, list):
        return {name for value in node for name in _references(value)}
    if not isinstance(node, dict):
        return set()
    if set(node) in ({"Ref"}, {"Fn::GetAtt"}):
        return {_target(node)}
    return {name for value in node.values() for name in _references(value)}


def _joined(text: object) -> str:
    """Return a text in which each reference of a Fn::Join is replaced by a word."""
    if isinstance(text, dict) and "Fn::Join" in text:
        separator, parts = text["Fn::Join"]
        return str(separator).join(part if isinstance(part, str) else "reference" for part in parts)
    return text if isinstance(text, str) else ""


def _days(node: object) -> Iterator[int]:
    """Yield the numbers of days within a lifecycle rule."""
    if isinstance(node, list):
        for value in node:
            yield from _days(value)
    elif isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, int) and key.endswith(("Days", "DaysAfterInitiation")):
                yield value
            else:
                yield from _days(value)
