"""Deploy the stacks: `assembly` has them as synthesised, `cloudformation` as deployed, and `release` leads from one to the other.

`cdk` deploys with the CDK's command line, `smoke_test` tests what was deployed, and `release` does both and rolls back.
"""
