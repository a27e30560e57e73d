"""What an account needs before this repository can be deployed to it.

`template` describes its roles and `stack` deploys them; `preflight` asks an account whether it has what a deployment needs,
which `needs` reads from the deployment's templates.
"""
