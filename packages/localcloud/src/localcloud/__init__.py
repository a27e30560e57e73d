"""The local cloud: AWS in one process, so that the synthesised stacks can be deployed and used without an account.

moto keeps the state and speaks the APIs; `gaps` mends what it lacks; `runtime` runs functions as deployed; `pump`
delivers events; `front` is the HTTP front door; `iam` holds calls against roles. Start with `localcloud.cloud.LocalCloud`.

What it does not prove: cfn-init on a real Ubuntu, origin access control's signatures, TTL, throttling of the API,
memory limits and the speed that memory buys, authorizers, VPC routing, conditions of policies.
"""
