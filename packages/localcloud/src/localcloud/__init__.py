"""Run AWS in one process, so that the synthesised stacks can be deployed and used without an account.

moto keeps the state and speaks the APIs; `gaps` adds what moto lacks; `runtime` runs functions as deployed; `pump`
delivers events; `front` is the HTTP front door; `iam` evaluates calls by roles. Start with `localcloud.cloud.LocalCloud`.

It cannot test: cfn-init on a real Ubuntu, the signatures of origin access control, TTL, throttling of the API,
memory limits and the speed that memory buys, VPC routing, conditions of policies.
"""
