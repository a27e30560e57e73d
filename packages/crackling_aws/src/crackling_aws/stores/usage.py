"""Store what was used. The Usage table has one item for each counter, which expires the day after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crackling_aws.codec import encode
from crackling_aws.stores.dynamo import Update, expressions, write_if

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

COUNTED = "attribute_exists(#used)"
WITHIN = "attribute_not_exists(#used) OR #used <= :room"


class UsageStore:
    """Count by one conditional write for each counter, so that simultaneous requests never exceed a limit together."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def take(self, counter: str, amount: int, limit: int, expires: int) -> bool:
        """Add `amount` to the counter; change nothing and return False if it would then exceed `limit`."""
        if amount > limit:
            return False
        update = Update(add={"used": encode(amount)}, set={"expires": encode(expires)})
        return write_if(
            self._client.update_item,
            TableName=self._table,
            Key={"counter": encode(counter)},
            **expressions(WITHIN, {"room": limit - amount}, update=update),
        )

    def give_back(self, counter: str, amount: int) -> None:
        """Subtract what was counted in vain. A counter that has expired is not created again."""
        write_if(
            self._client.update_item,
            TableName=self._table,
            Key={"counter": encode(counter)},
            **expressions(COUNTED, update=Update(add={"used": encode(-amount)})),
        )
