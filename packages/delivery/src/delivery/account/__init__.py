"""Prepare and check an AWS account that this repository is to be deployed to.

`template` describes its roles and `stack` deploys them; `preflight` asks an account whether it has what a deployment needs,
which `needs` reads from the deployment's templates.
"""
