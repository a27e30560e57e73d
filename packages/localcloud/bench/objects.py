"""Speed of large objects: `python packages/localcloud/bench/objects.py [--megabytes N]`.

Uploads one object in parts to unmodified moto and to the local cloud, reads ranges of 1 MB and the whole of it from both, and
prints the times, the ratio, and how much the memory of the server's process grew at most.
"""

from __future__ import annotations

import argparse
import random
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from localcloud.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

PART: Final = 16_000_000
RANGE, READS = 1_000_000, 40
STEPS: Final = ("upload", f"{READS} ranges", "whole")
_LOCAL_CLOUD: Final = """
import sys, time
from localcloud.cloud import LocalCloud
with LocalCloud(port=int(sys.argv[1]), front_port=0):
    time.sleep(3600)
"""


@contextmanager
def server(*command: str) -> Iterator[tuple[World, int]]:
    """Run a server in a process of its own, whose memory can be read; yield its address and process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, *command, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield World(f"http://localhost:{port}", "us-east-1"), process.pid
    finally:
        process.terminate()
        process.wait()


def peak(process: int) -> int:
    """Return the most memory that a process has had, in megabytes."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 // 1_000_000


def upload(s3: Any, content: bytes) -> None:  # noqa: ANN401
    s3.create_bucket(Bucket="bench")
    upload_id = s3.create_multipart_upload(Bucket="bench", Key="index")["UploadId"]
    parts = [
        {
            "PartNumber": number,
            "ETag": s3.upload_part(
                Bucket="bench",
                Key="index",
                UploadId=upload_id,
                PartNumber=number,
                Body=content[start : start + PART],
            )["ETag"],
        }
        for number, start in enumerate(range(0, len(content), PART), start=1)
    ]
    s3.complete_multipart_upload(
        Bucket="bench", Key="index", UploadId=upload_id, MultipartUpload={"Parts": parts}
    )


def read_ranges(s3: Any, content: bytes) -> None:  # noqa: ANN401
    choose = random.Random(1)
    for _ in range(READS):
        start = choose.randrange(len(content) - RANGE)
        asked = f"bytes={start}-{start + RANGE - 1}"
        got = s3.get_object(Bucket="bench", Key="index", Range=asked)["Body"].read()
        if got != content[start : start + RANGE]:
            raise RuntimeError(f"{asked} is wrong")


def read_whole(s3: Any, content: bytes) -> None:  # noqa: ANN401
    size = sum(map(len, s3.get_object(Bucket="bench", Key="index")["Body"].iter_chunks(RANGE)))
    if size != len(content):
        raise RuntimeError(f"{size} bytes of {len(content)}")


def measure(content: bytes, *command: str) -> tuple[list[float], int]:
    """Return the seconds of each step, and the growth of the server's memory in megabytes."""
    with server(*command) as (world, process):
        s3, seconds, before = world.client("s3"), [], peak(process)
        for step in (upload, read_ranges, read_whole):
            start = time.monotonic()
            step(s3, content)
            seconds.append(time.monotonic() - start)
        return seconds, peak(process) - before


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--megabytes", type=int, default=400, help="size of the object (default: 400)")
    options = parser.parse_args()
    content = random.Random(0).randbytes(1_000_000) * options.megabytes
    moto, moto_memory = measure(content, "-m", "moto.server", "-H", "127.0.0.1", "-p")
    here, memory = measure(content, "-c", _LOCAL_CLOUD)
    out = sys.stdout.write
    out(f"object of {options.megabytes} MB, ranges of {RANGE // 1_000_000} MB\n")
    out(f"{'':12}{'moto':>10}{'here':>10}{'ratio':>8}\n")
    for step, before, after in zip(STEPS, moto, here, strict=True):
        out(f"{step:12}{before:8.2f} s{after:8.2f} s{before / after:8.1f}\n")
    out(f"{'memory':12}{moto_memory:7} MB{memory:7} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
