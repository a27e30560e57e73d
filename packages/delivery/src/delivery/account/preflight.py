"""Ask an account, before a deployment, whether it has what the deployment needs.

Nothing is changed. A question that cannot be answered, because a permission is missing or AWS does not tell, is reported and
stops nothing: only what would certainly fail does.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from crackling_aws import names
from delivery.account.findings import Finding, Level
from delivery.account.instance_types import builder_type, is_on_free_plan, plan_of, startable
from delivery.program import DeliveryError
from delivery.waiting import error_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_service_quotas import ServiceQuotasClient

    from delivery.account.clients import AccountClients
    from delivery.account.needs import Needs

NEW, ESTABLISHED = names.LAMBDA_LIMITS["new"], names.LAMBDA_LIMITS["established"]
UNRESERVED = ESTABLISHED.concurrency - ESTABLISHED.reservable
"""Invocations at a time that reservations must leave; all of them in an account that has fewer."""

_DOCS = "https://docs.aws.amazon.com"
_QUOTAS = "https://console.aws.amazon.com/servicequotas/home/services"
_BUDGET = "AWS::Budgets::Budget"
_CONCURRENCY, _VCPUS, _SPOT_VCPUS, _DISTRIBUTIONS = "L-B99A9384", "L-1216C47A", "L-34B43A08", "L-24B04930"
LINKS = {
    "lambda": f"{_DOCS}/lambda/latest/dg/gettingstarted-limits.html",
    "concurrency": f"{_QUOTAS}/lambda/quotas/{_CONCURRENCY}",
    "vcpus": f"{_QUOTAS}/ec2/quotas/{_VCPUS}",
    "spot vcpus": f"{_QUOTAS}/ec2/quotas/{_SPOT_VCPUS}",
    "types": f"{_DOCS}/AWSEC2/latest/UserGuide/instance-discovery.html",
    "distributions": f"{_QUOTAS}/cloudfront/quotas/{_DISTRIBUTIONS}",
    "support": "https://console.aws.amazon.com/support/home#/case/create",
    "plan": f"{_DOCS}/awsaccountbilling/latest/aboutv2/free-tier-plans.html",
    "network": f"{_DOCS}/vpc/latest/userguide/work-with-default-vpc.html",
    "resources": f"{_DOCS}/AWSCloudFormation/latest/UserGuide/resource-type-support.html",
    "budgets": f"{_DOCS}/cost-management/latest/userguide/budgets-create.html",
    "bootstrap": f"{_DOCS}/cdk/v2/guide/bootstrapping-env.html",
}


@dataclass(frozen=True)
class Preflight:
    clients: AccountClients
    needs: Needs

    def findings(self) -> list[Finding]:
        """Ask every question and return the answers."""
        questions: list[tuple[str, str, Callable[[], Iterator[Finding]]]] = [
            ("CDK bootstrap", "bootstrap", self._bootstrap),
            ("default network", "network", self._network),
            ("types of resources", "resources", self._resource_types),
            ("budget", "budgets", self._budget),
            ("memory of functions", "lambda", self._memory),
            ("concurrency", "concurrency", self._concurrency),
            ("CloudFront", "distributions", self._cloudfront),
            ("account plan", "plan", self._plan),
            ("types of workers", "types", self._worker_types),
            ("vCPUs of workers", "spot vcpus" if self.needs.spot else "vcpus", self._vcpus),
            ("type of the builder", "types", self._builder),
        ]
        found: list[Finding] = []
        for about, page, ask in questions:
            try:
                found += ask()
            except (ClientError, BotoCoreError) as error:
                reason = error_code(error) if isinstance(error, ClientError) else str(error)
                found.append(
                    Finding(Level.UNKNOWN, about, f"could not be asked ({reason})", link=LINKS[page])
                )
        return found

    def _bootstrap(self) -> Iterator[Finding]:
        if self.needs.bootstrap is None:
            return
        about, (parameter, wanted) = "CDK bootstrap", self.needs.bootstrap
        remedy = "run `./scripts/delivery bootstrap`, as an administrator"
        try:
            version = int(self.clients.ssm.get_parameter(Name=parameter)["Parameter"]["Value"])
        except ClientError as error:
            if error_code(error) != "ParameterNotFound":
                raise
            told = "the CDK is not bootstrapped in this account and region"
            yield Finding(Level.FAILURE, about, told, remedy, LINKS["bootstrap"])
            return
        if version < wanted:
            told = f"version {version}; {wanted} or newer is needed"
            yield Finding(Level.FAILURE, about, told, remedy, LINKS["bootstrap"])
        else:
            yield Finding(Level.OK, about, f"version {version}")

    def _network(self) -> Iterator[Finding]:
        if not self.needs.default_vpc:
            return
        about = "default network"
        vpcs = self.clients.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
        if not vpcs:
            told = "the region has no default VPC, which security groups and instances use"
            remedy = "create it: `aws ec2 create-default-vpc`"
            yield Finding(Level.FAILURE, about, told, remedy, LINKS["network"])
            return
        vpc = vpcs[0]["VpcId"]
        subnets = self.clients.ec2.describe_subnets(
            Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "default-for-az", "Values": ["true"]}]
        )["Subnets"]
        if subnets:
            yield Finding(Level.OK, about, f"{vpc}, in {len(subnets)} zones")
        else:
            told = f"{vpc} has no default subnets: no worker can start, and no image can be baked"
            remedy = "create them: `aws ec2 create-default-subnet --availability-zone ZONE`"
            yield Finding(Level.WARNING, about, told, remedy, LINKS["network"])

    def _resource_types(self) -> Iterator[Finding]:
        """Ask CloudFormation for each type: some regions lack some, such as AWS::Budgets::Budget."""
        about = "types of resources"
        lacking = []
        for name in sorted(self.needs.types):
            try:
                self.clients.cloudformation.describe_type(Type="RESOURCE", TypeName=name)
            except ClientError as error:
                if error_code(error) != "TypeNotFoundException":
                    raise
                lacking.append(name)
        if not lacking:
            yield Finding(Level.OK, about, f"the region has all {len(self.needs.types)}")
            return
        told = f"CloudFormation does not know {', '.join(lacking)} in this region"
        without = "deploy with `-c budgetAmount=0`" if lacking == [_BUDGET] else "choose another region"
        yield Finding(Level.WARNING, about, told, without, LINKS["resources"])

    def _budget(self) -> Iterator[Finding]:
        """Ask for somebody to tell what the account costs, wherever nobody is named."""
        about = "budget"
        if _BUDGET in self.needs.types:
            yield Finding(Level.OK, about, "an address is told when the account costs more than it")
            return
        told = "nobody is told when the account costs more than you expect"
        remedy = "name somebody: `-c alarmEmail=ADDRESS` or `-c budgetEmail=ADDRESS` (in a region without budgets, by hand)"
        yield Finding(Level.WARNING, about, told, remedy, LINKS["budgets"])

    # --- functions ---

    def _memory(self) -> Iterator[Finding]:
        about = "memory of functions"
        name, wanted = max(self.needs.memory.items(), key=lambda item: item[1], default=("none", 0))
        allowed = self._allowed_memory(wanted)
        if wanted > allowed:
            larger = ", ".join(one for one, memory in self.needs.memory.items() if memory > allowed)
            told = f"{wanted:,} MB are needed ({larger}); this account allows {allowed:,} MB"
            remedy = f"deploy with `-c account=new`, or ask AWS Support for {wanted:,} MB (Lambda, function memory)"
            yield Finding(Level.FAILURE, about, told, remedy, LINKS["lambda"])
        elif wanted <= NEW.memory_mib < allowed:
            told = f"{wanted:,} MB for {name}; the account seems to allow {allowed:,} MB"
            remedy = "with `-c account=established`, functions prepare larger genomes"
            yield Finding(Level.OK, about, told, remedy, LINKS["lambda"])
        else:
            yield Finding(Level.OK, about, f"{wanted:,} MB for {name}")

    def _allowed_memory(self, wanted: int) -> int:
        """Return the MB that a function may have: as AWS tells, or as the account's other limits suggest."""
        quota = self._memory_quota()
        if quota is not None:
            return quota
        if self._concurrent >= ESTABLISHED.concurrency or (
            wanted > NEW.memory_mib and self._has_larger_function()
        ):
            return ESTABLISHED.memory_mib
        return NEW.memory_mib

    def _memory_quota(self) -> int | None:
        """Return the quota; None if Service Quotas does not show it, or may not be asked."""
        try:
            pages = self.clients.quotas.get_paginator("list_service_quotas").paginate(ServiceCode="lambda")
            for page in pages:
                for quota in page["Quotas"]:
                    if "function memory" in quota["QuotaName"].lower():
                        return int(quota["Value"])
        except (ClientError, BotoCoreError):
            return None
        return None

    def _has_larger_function(self) -> bool:
        """Return whether the account has a function with more memory than new accounts allow."""
        pages = self.clients.functions.get_paginator("list_functions").paginate()
        return any(one["MemorySize"] > NEW.memory_mib for page in pages for one in page["Functions"])

    @cached_property
    def _concurrent(self) -> int:
        return self.clients.functions.get_account_settings()["AccountLimit"]["ConcurrentExecutions"]

    def _concurrency(self) -> Iterator[Finding]:
        about, allowed = "concurrency", self._concurrent
        remedy = f"ask for {ESTABLISHED.concurrency:,} (Lambda, concurrent executions)"
        if self.needs.reserved and allowed - self.needs.reserved < min(UNRESERVED, allowed):
            told = f"{self.needs.reserved} of {allowed} invocations at a time cannot be reserved"
            other = f"deploy without `-c reservedConcurrency={self.needs.reserved}`, or {remedy}"
            yield Finding(Level.FAILURE, about, told, other, LINKS["concurrency"])
        elif allowed < self.needs.at_once:
            told = f"{allowed} invocations at a time; the queues may cause {self.needs.at_once}: jobs take longer"
            yield Finding(Level.WARNING, about, told, remedy, LINKS["concurrency"])
        else:
            yield Finding(Level.OK, about, f"{allowed:,} invocations at a time")

    # --- the page ---

    def _cloudfront(self) -> Iterator[Finding]:
        if not self.needs.distributions:
            return
        about = "CloudFront"
        existing = self.clients.cloudfront.list_distributions()["DistributionList"]["Quantity"]
        if existing:
            yield Finding(Level.OK, about, f"the account has {existing} distributions")
            return
        quota = _quota(self.clients.global_quotas, "cloudfront", _DISTRIBUTIONS)
        if quota is not None and quota < self.needs.distributions:
            told = (
                f"this account may have {quota:.0f} distributions; the stage needs {self.needs.distributions}"
            )
            remedy = "ask for the quota (CloudFront, distributions per account)"
            yield Finding(Level.FAILURE, about, told, remedy, LINKS["distributions"])
            return
        told = "the account has no distribution yet; AWS refuses accounts that it has not verified"
        remedy = (
            'if the deployment fails with "Your account must be verified", send that message to AWS Support'
        )
        yield Finding(Level.UNKNOWN, about, told, remedy, LINKS["support"])

    # --- machines ---

    def _plan(self) -> Iterator[Finding]:
        about, (plan, status) = "account plan", plan_of(self.clients)
        upgrade = "upgrade to the paid plan (the credits stay)"
        if plan == "FREE" and status == "EXPIRED":
            yield Finding(Level.FAILURE, about, "the free plan has expired", upgrade, LINKS["plan"])
        elif plan == "FREE":
            told = "the free plan: EC2 starts only some small types, and the account closes when it ends"
            yield Finding(Level.WARNING, about, told, upgrade, LINKS["plan"])
        else:
            yield Finding(Level.OK, about, "not limited")

    @cached_property
    def _vcpus_by_type(self) -> dict[str, int]:
        """Return the vCPUs of the workers' types that the region offers and the account's plan allows."""
        types = startable(self.clients, {kind for row in self.needs.workers for kind in row.types})
        return {name: one["VCpuInfo"]["DefaultVCpus"] for name, one in types.items()}

    def _worker_types(self) -> Iterator[Finding]:
        about = "types of workers"
        lacking = [
            row.bases
            for row in self.needs.workers
            if not any(kind in self._vcpus_by_type for kind in row.types)
        ]
        if not lacking:
            if self.needs.workers:
                yield Finding(Level.OK, about, ", ".join(sorted(self._vcpus_by_type)))
            return
        if is_on_free_plan(self.clients):
            told = "the free plan refuses them: only genomes that functions can prepare will work"
            yield Finding(
                Level.WARNING, about, told, "upgrade to the paid plan (the credits stay)", LINKS["plan"]
            )
            return
        sizes = ", ".join(f"{bases:,}" for bases in lacking)
        told = f"the region offers none for genomes of up to {sizes} bases"
        remedy = "name types that it offers: `-c workerTypes=BASES=TYPE,TYPE;...`"
        yield Finding(Level.WARNING, about, told, remedy, LINKS["types"])

    def _vcpus(self) -> Iterator[Finding]:
        if not self._vcpus_by_type:
            return
        about = "vCPUs of workers"
        code, page = (_SPOT_VCPUS, "spot vcpus") if self.needs.spot else (_VCPUS, "vcpus")
        allowed = _quota(self.clients.quotas, "ec2", code)
        if allowed is None:
            yield Finding(Level.UNKNOWN, about, "Service Quotas does not tell", link=LINKS[page])
            return
        smallest = [
            (row.bases, min(found))
            for row in self.needs.workers
            if (found := [self._vcpus_by_type[kind] for kind in row.types if kind in self._vcpus_by_type])
        ]
        largest = max(vcpus for _, vcpus in smallest)
        if largest <= allowed:
            yield Finding(Level.OK, about, f"{allowed:.0f}, of which a worker takes up to {largest}")
            return
        first = next(bases for bases, vcpus in smallest if vcpus > allowed)
        told = f"{allowed:.0f}; the worker for genomes of up to {first:,} bases needs more, and cannot start"
        remedy = f"ask for {largest} or more (EC2, running {'spot' if self.needs.spot else 'on-demand'} standard instances)"
        yield Finding(Level.WARNING, about, told, remedy, LINKS[page])

    def _builder(self) -> Iterator[Finding]:
        if self.needs.builder is None:
            return
        about, (preferred, architecture) = "type of the builder", self.needs.builder
        try:
            kind = builder_type(self.clients, preferred, architecture)
        except DeliveryError as error:
            yield Finding(Level.WARNING, about, str(error), link=LINKS["types"])
        else:
            instead = f"{kind}, as {preferred} is not to be had" if kind != preferred else kind
            yield Finding(Level.OK, about, instead)


def _quota(quotas: ServiceQuotasClient, service: str, code: str) -> float | None:
    """Return the account's quota; None if Service Quotas does not know it."""
    try:
        return quotas.get_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]["Value"]
    except ClientError as error:
        if error_code(error) == "NoSuchResourceException":
            return None
        raise
