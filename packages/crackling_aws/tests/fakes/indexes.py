"""Provide real indexes in a fake bucket that counts its requests."""

from __future__ import annotations

import io
import random
from typing import TYPE_CHECKING, Any

from crackling.specificity import build_index
from crackling.specificity.layout import file_digest
from crackling_aws.models.genomes import Genome, GenomeState, IndexFile, Source
from fakes.s3 import FakeS3

if TYPE_CHECKING:
    from pathlib import Path

GUIDE = "GACGCATAAAGATGAGACGC"
BUCKET = "genome"


class CountingS3(FakeS3):
    """Record the bytes of each request; `fail` may raise or change an answer."""

    def __init__(self) -> None:
        super().__init__()
        self.ranges: list[tuple[str, int]] = []
        self.fail: Any = lambda body: body

    def get_object(self, *, Bucket: str, Key: str, Range: str | None = None) -> dict[str, Any]:
        answer = super().get_object(Bucket=Bucket, Key=Key, Range=Range)
        self.ranges.append((Key, answer["ContentLength"]))
        answer["Body"] = self.fail(answer["Body"])
        return answer

    @property
    def bytes(self) -> int:
        return sum(size for _, size in self.ranges)


def random_fasta(bases: int, seed: int) -> bytes:
    """Return FASTA of random bases in which the guide and near-repeats of it are planted."""
    letters = random.Random(seed).choices("ACGT", k=bases)
    for number, start in enumerate(range(0, bases - 40, max(40, bases // 30))):
        near = list(GUIDE + "TGG")
        for position in range(number % 5):
            near[3 * position] = "A" if near[3 * position] != "A" else "C"
        letters[start : start + 23] = near
    return f">chr{seed}\n{''.join(letters)}\n".encode()


def put_genome(
    s3: FakeS3, folder: Path, name: str, fasta: bytes, claim: str = "c", shards: int = 1
) -> Genome:
    """Index FASTA, put the files in the bucket, and describe the genome."""
    out = folder / f"{name}.{claim}.issl"
    build_index([io.BytesIO(fasta)], out, shard_bases=-(-len(fasta) // shards), threads=1)
    files = []
    for path in sorted(folder.glob(f"{name}.{claim}*")):
        key = f"genomes/{name}/{claim}/{path.name}"
        s3.objects[BUCKET, key] = path.read_bytes()
        files.append(IndexFile(key, path.stat().st_size, file_digest(path)))
        path.unlink()
    return Genome(name, GenomeState.READY, Source.UPLOAD, 1, 1, claim=claim, files=tuple(files))
