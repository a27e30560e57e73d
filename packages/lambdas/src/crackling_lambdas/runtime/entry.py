"""Make the entry point of a function: what each function does around its handler."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from crackling_aws.clients import AwsClients, Clients
from crackling_lambdas.runtime.telemetry import logger, metrics, tracer

Event = dict[str, Any]  # as Lambda hands it over; nothing beyond the handlers sees one
Answer = dict[str, Any]
Handler = Callable[[Event, LambdaContext], Answer]


def entry_point(make_handler: Callable[[Mapping[str, str], Clients], Handler]) -> Handler:
    """Return a Lambda handler that is made at the first call, so that a module can be imported without an environment.

    A missing setting fails this call and all later ones with the name of the variable.
    """

    @cache
    def started() -> Handler:
        return make_handler(os.environ, AwsClients())

    @logger.inject_lambda_context
    @tracer.capture_lambda_handler(capture_response=False)
    @metrics.log_metrics
    def handler(event: Event, context: LambdaContext) -> Answer:
        return started()(event, context)

    typed: Handler = handler  # the decorators have no types
    return typed
