"""The stacks: as synthesised (`assembly`), as deployed (`cloudformation`), and the way from one to the other.

`cdk` deploys with the CDK's command line, `smoke_test` tests what was deployed, and `release` does both and rolls back.
"""
