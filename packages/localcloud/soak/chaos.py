"""Disturb a running local cloud: kill processes of functions, and damage files of indexes."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from typing import TYPE_CHECKING

from crackling_aws.names import LOCAL, service_stack

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Sequence

    from localcloud.cloud import LocalCloud

STACK = service_stack(LOCAL)
DAMAGED_BYTES = 4096


class Chaos:
    """Kills and damages at random, and counts what it did."""

    def __init__(self, cloud: LocalCloud, genomes: Sequence[str], seed: int) -> None:
        self._cloud, self._genomes, self._random = cloud, genomes, random.Random(seed)
        self.kills = 0
        self.damaged: list[str] = []

    def run(self, over: threading.Event, kills_every: float, damage_every: float) -> None:
        """Disturb until it is over; the arguments are mean pauses in seconds."""
        damage_due = time.monotonic() + damage_every
        while not over.wait(self._random.expovariate(1 / kills_every)):
            self._kill()
            if time.monotonic() >= damage_due:
                damage_due += damage_every
                self._damage()

    def has_damaged(self, genome: str) -> bool:
        return any(key.startswith(f"genomes/{genome}/") for key in self.damaged)

    def _kill(self) -> None:
        """Kill a process that is at work, if there is one."""
        if busy := self._cloud.working_processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._random.choice(busy), signal.SIGKILL)
                self.kills += 1

    def _damage(self) -> None:
        """Overwrite the middle of an index file, or delete the file."""
        s3, bucket = self._cloud.client("s3"), self._cloud.outputs(STACK)["GenomeBucket"]
        keys = list(self._indexes(self._random.choice(self._genomes), bucket))
        if not keys:
            return
        key = self._random.choice(keys)
        self.damaged.append(key)
        if self._random.random() < 0.5:
            s3.delete_object(Bucket=bucket, Key=key)
            return
        body = bytearray(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        middle = len(body) // 2
        body[middle : middle + DAMAGED_BYTES] = self._random.randbytes(DAMAGED_BYTES)
        s3.put_object(Bucket=bucket, Key=key, Body=bytes(body))

    def _indexes(self, genome: str, bucket: str) -> Iterator[str]:
        pages = self._cloud.client("s3").get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=bucket, Prefix=f"genomes/{genome}/"):
            for found in page.get("Contents", []):
                if ".issl" in found["Key"]:
                    yield found["Key"]
