"""Count what clients download, by the addresses that they are given and the large answers that they are sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crackling_lambdas.caps import Resource

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
    from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

    from crackling_lambdas.caps import Caps

COUNTED_BYTES = 10_000  # smaller answers are bounded by the rate of requests alone


@dataclass(frozen=True)
class Downloads:
    """Count the bytes of whoever sends the current request."""

    caps: Caps
    client: Callable[[], str]

    def take(self, size: int) -> None:
        """Count a file whose address is given, as if it were downloaded once.

        Raises:
            LimitError: the day's downloads are used up.
        """
        self.caps.take(self.client(), Resource.DOWNLOADS, size)

    def count_answers(self, app: APIGatewayRestResolver) -> None:
        """Count every answer of a route that is not small, and refuse it beyond the caps."""

        def count(app: APIGatewayRestResolver, next_middleware: NextMiddleware) -> Response[Any]:
            response = next_middleware(app)
            size = len(response.body or "")
            if size > COUNTED_BYTES:
                self.take(size)
            return response

        app.use([count])
