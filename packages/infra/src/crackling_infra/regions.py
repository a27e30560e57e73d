"""List the regions to which the stacks can be deployed, as far as CloudFormation's schemas of each region tell.

`check_templates` holds the templates against the schemas, and a test the exceptions. China and the regions of governments lack
types that the page needs.
"""

from __future__ import annotations

from typing import Final

SUPPORTED: Final = (
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
)

_FULL: Final = frozenset(
    {
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ca-central-1",
        "eu-central-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
    }
)
"""The regions that have everything."""

WITHOUT_BUDGETS: Final = frozenset(SUPPORTED) - _FULL - {"me-south-1"}
"""Where CloudFormation cannot create a budget."""

WITHOUT_T2: Final = frozenset(SUPPORTED) - _FULL - {"ap-northeast-3"}
"""Where EC2 does not offer the type that images are baked on by default, so that a bake takes another."""

WEB_ACL_ARN: Final = r"arn:aws:wafv2:us-east-1:\d{12}:global/webacl/\S+"
"""The pattern of the only web ACLs that CloudFront takes, wherever the stack is."""
