from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakes.errors import client_error

if TYPE_CHECKING:
    from collections.abc import Callable


class FakeSQS:
    """Take messages: `deliver` is called with the queue's address and each body.

    `hide` is called with the queue's address, a receipt handle and the seconds until the message comes again.
    """

    def __init__(
        self,
        deliver: Callable[[str, str], None],
        refuses: Callable[[], bool] = lambda: False,
        hide: Callable[[str, str, int], None] = lambda *_: None,
    ) -> None:
        self._deliver = deliver
        self._refuses = refuses
        self._hide = hide

    def change_message_visibility(
        self, *, QueueUrl: str, ReceiptHandle: str, VisibilityTimeout: int
    ) -> dict[str, Any]:
        self._hide(QueueUrl, ReceiptHandle, VisibilityTimeout)
        return {}

    def change_message_visibility_batch(
        self, *, QueueUrl: str, Entries: list[dict[str, Any]]
    ) -> dict[str, Any]:
        for entry in Entries:
            self._hide(QueueUrl, entry["ReceiptHandle"], entry["VisibilityTimeout"])
        return {"Successful": [{"Id": entry["Id"]} for entry in Entries]}

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, str]]) -> dict[str, Any]:
        if len(Entries) > 10:
            raise client_error("AWS.SimpleQueueService.TooManyEntriesInBatchRequest", "SendMessageBatch")
        if len({entry["Id"] for entry in Entries}) != len(Entries):
            raise client_error("AWS.SimpleQueueService.BatchEntryIdsNotDistinct", "SendMessageBatch")
        sent, refused = [], []
        for entry in Entries:
            if self._refuses():
                refused.append({"Id": entry["Id"], "SenderFault": False, "Code": "InternalError"})
            else:
                self._deliver(QueueUrl, entry["MessageBody"])
                sent.append({"Id": entry["Id"], "MessageId": entry["Id"]})
        return {"Successful": sent} | ({"Failed": refused} if refused else {})
