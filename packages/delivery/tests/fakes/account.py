"""Accounts of several kinds, which answer questions about themselves and let nothing be changed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from crackling_aws.names import WORKER_TYPES
from delivery.account.clients import AccountClients
from delivery.account.needs import Needs
from fakes.client import FakeClient, operation_of, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

VCPUS = {"nano": 1, "micro": 2, "small": 2, "xlarge": 4, "2xlarge": 8, "4xlarge": 16, "8xlarge": 32}
FAMILIES = ("t2", "t3", "t4g", "r5", "r6i", "m6i", "r6g", "r7g", "m6g")
EVERYWHERE = frozenset(f"{family}.{size}" for family in FAMILIES for size in VCPUS)
ELIGIBLE = frozenset({"t3.micro", "t3.small", "t4g.micro", "t4g.small"})
"""What EC2 starts on the free plan."""


# What two deployments need: one of a new account, and one that takes all that an established account allows.
CAREFUL = Needs(
    memory={"Api": 1769, "IsslIndex": 3008},
    reserved=0,
    at_once=8,
    workers=WORKER_TYPES["x86_64"],
    spot=False,
    builder=("t2.nano", "x86_64"),
    distributions=1,
    default_vpc=True,
    bootstrap=("/cdk-bootstrap/hnb659fds/version", 6),
    types=frozenset({"AWS::Budgets::Budget", "AWS::Lambda::Function", "AWS::S3::Bucket"}),
)
GENEROUS = replace(CAREFUL, memory={"Api": 1769, "IsslIndex": 10_240}, at_once=60)


@dataclass
class FakeAccount:
    """By default, an account that has been in use for long. `mute` are actions that it does not allow."""

    concurrency: int = 1000
    memory_quota: int | None = None
    functions: list[int] = field(default_factory=list)
    vcpus: float | None = 640.0
    distributions: int = 3
    distribution_quota: float | None = 200.0
    plan: tuple[str, str] | None = None
    offered: frozenset[str] = EVERYWHERE
    default_vpc: bool = True
    subnets: int = 3
    bootstrap: str | None = "30"
    without_types: frozenset[str] = frozenset()
    mute: frozenset[str] = frozenset()
    asked: list[str] = field(default_factory=list)

    @property
    def clients(self) -> AccountClients:
        quotas = _Quotas(self)
        found = (_EC2(self), _SSM(self), _Lambda(self), quotas, quotas, _CloudFront(self), _FreeTier(self))
        return AccountClients(*cast("tuple[Any, ...]", (*found, _CloudFormation(self))))

    def ask(self, action: str) -> None:
        self.asked.append(action)
        if action in self.mute:
            raise refusal("AccessDeniedException", action)


def new() -> FakeAccount:
    """An account of yesterday, on the paid plan: AWS has raised nothing yet."""
    return FakeAccount(concurrency=10, vcpus=5.0, distributions=0, plan=("PAID", "ACTIVE"))


def free_plan() -> FakeAccount:
    return FakeAccount(concurrency=10, vcpus=16.0, distributions=0, plan=("FREE", "ACTIVE"))


def half_ready() -> FakeAccount:
    """An old account that was never used for this: no default network, no bootstrap, few machines."""
    return FakeAccount(vcpus=5.0, distributions=0, default_vpc=False, bootstrap=None)


class _OfAccount(FakeClient):
    def __init__(self, account: FakeAccount) -> None:
        super().__init__(self._note)
        self.account = account

    def _note(self, name: str, when: str) -> None:
        if when == "before":
            # As IAM names the action.
            self.account.ask(f"{self.service.replace('-', '')}:{operation_of(name)}")


class _EC2(_OfAccount):
    service = "ec2"

    def _describe_vpcs(self, Filters: list[dict[str, Any]]) -> dict[str, Any]:
        assert Filters == [{"Name": "is-default", "Values": ["true"]}]
        return {"Vpcs": [{"VpcId": "vpc-1"}] if self.account.default_vpc else []}

    def _describe_subnets(self, Filters: list[dict[str, Any]]) -> dict[str, Any]:
        assert {"Name": "vpc-id", "Values": ["vpc-1"]} in Filters
        return {"Subnets": [{"SubnetId": f"subnet-{number}"} for number in range(self.account.subnets)]}

    def _describe_instance_types(self, Filters: list[dict[str, Any]]) -> dict[str, Any]:
        (only,) = Filters
        assert only["Name"] == "instance-type"
        assert only["Values"], "EC2 refuses a filter without values"
        return {
            "InstanceTypes": [
                {
                    "InstanceType": one,
                    "FreeTierEligible": one in ELIGIBLE,
                    "VCpuInfo": {"DefaultVCpus": VCPUS[one.partition(".")[2]]},
                }
                for one in sorted(self.account.offered & set(only["Values"]))
            ]
        }


class _CloudFormation(_OfAccount):
    service = "cloudformation"

    def _describe_type(self, Type: str, TypeName: str) -> dict[str, Any]:
        assert Type == "RESOURCE"
        if TypeName in self.account.without_types:
            raise refusal("TypeNotFoundException", "DescribeType")
        return {"TypeName": TypeName}


class _SSM(_OfAccount):
    service = "ssm"

    def _get_parameter(self, Name: str) -> dict[str, Any]:
        if Name != "/cdk-bootstrap/hnb659fds/version" or self.account.bootstrap is None:
            raise refusal("ParameterNotFound", "GetParameter")
        return {"Parameter": {"Name": Name, "Value": self.account.bootstrap}}


class _Lambda(_OfAccount):
    service = "lambda"

    def _get_account_settings(self) -> dict[str, Any]:
        return {"AccountLimit": {"ConcurrentExecutions": self.account.concurrency}}

    def _list_functions(self) -> dict[str, Any]:
        return {"Functions": [{"MemorySize": memory} for memory in self.account.functions]}


class _Quotas(_OfAccount):
    service = "service-quotas"

    def _list_service_quotas(self, ServiceCode: str) -> dict[str, Any]:
        assert ServiceCode == "lambda"
        found = [{"QuotaName": "Concurrent executions", "Value": float(self.account.concurrency)}]
        if self.account.memory_quota:
            found.append({"QuotaName": "Function memory maximum", "Value": float(self.account.memory_quota)})
        return {"Quotas": found}

    def _get_service_quota(self, ServiceCode: str, QuotaCode: str) -> dict[str, Any]:
        known: dict[str, Callable[[], float | None]] = {
            "ec2": lambda: self.account.vcpus,
            "cloudfront": lambda: self.account.distribution_quota,
        }
        value = known[ServiceCode]()
        if value is None:
            raise refusal("NoSuchResourceException", "GetServiceQuota")
        return {"Quota": {"QuotaCode": QuotaCode, "Value": value}}


class _CloudFront(_OfAccount):
    service = "cloudfront"

    def _list_distributions(self) -> dict[str, Any]:
        quantity = self.account.distributions
        rest = {"Marker": "", "MaxItems": 100, "IsTruncated": False}
        return {"DistributionList": {"Quantity": quantity, **rest}}


class _FreeTier(_OfAccount):
    service = "freetier"

    def _get_account_plan_state(self) -> dict[str, Any]:
        if self.account.plan is None:
            raise refusal("ResourceNotFoundException", "GetAccountPlanState")
        plan, status = self.account.plan
        return {"accountId": "123456789012", "accountPlanType": plan, "accountPlanStatus": status}
