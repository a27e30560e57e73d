"""The local cloud: AWS in one process, so that the synthesised stacks can be deployed and used without an account.

moto keeps the state and speaks the APIs; `gaps` mends what it lacks; `runtime` runs functions as deployed; `pump`
delivers events; `front` is the HTTP front door; `iam` holds calls against roles. Start with `LocalCloud`.

What it does not prove: cfn-init on a real Ubuntu, origin access control's signatures, TTL, throttling of the API,
memory limits and the speed that memory buys, authorizers, VPC routing, conditions of policies.
"""

from localcloud.cdk import CdkError
from localcloud.cloud import LocalCloud
from localcloud.iam.report import Finding, IamReport
from localcloud.launches import Launch
from localcloud.metering import Charge, Usage
from localcloud.runtime import Invocation, Outcome, Throttled
from localcloud.world import Credentials, World

__all__ = [
    "CdkError",
    "Charge",
    "Credentials",
    "Finding",
    "IamReport",
    "Invocation",
    "Launch",
    "LocalCloud",
    "Outcome",
    "Throttled",
    "Usage",
    "World",
]
