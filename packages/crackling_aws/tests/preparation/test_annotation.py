"""Test the annotation of a genome: where it comes from, and what happens to a wrong one."""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import pytest

from crackling.annotation.annotation import Position, read_prepared
from crackling.errors import CracklingError, InputError
from crackling_aws.models.genomes import Part, Source
from crackling_aws.preparation.annotation import AnnotationStep
from crackling_aws.stores import keys
from crackling_aws.stores.genomes import GenomeStore
from crackling_aws.stores.objects import ObjectStore
from fakes.dynamodb import FakeDynamoDB
from fakes.known import known
from fakes.s3 import FakeS3

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from crackling.annotation.annotation import Annotation

GFF = b"chr1\t.\tgene\t1\t9\t.\t+\t.\tID=g;Name=GEN1\n"
ACCESSION = "GCF_000840245.1"


class Preparation:
    def __init__(self, source: Source, published: bytes | Exception | None = None) -> None:
        self.s3, self.store = FakeS3(), GenomeStore(cast("Any", FakeDynamoDB()), "genomes")
        self.objects = ObjectStore(cast("Any", self.s3), "genome")
        self.genome = "mine" if source is Source.UPLOAD else ACCESSION
        self.store.claim(self.genome, "c", source, [Part.FASTA], 1)
        self.published = published

    @contextmanager
    def download(self, accession: str) -> Iterator[BinaryIO | None]:
        assert accession == ACCESSION
        if isinstance(self.published, Exception):
            raise self.published
        yield None if self.published is None else io.BytesIO(self.published)

    def prepare(self) -> Annotation | None:
        genome = known(self.store.get(self.genome))
        AnnotationStep(
            genomes=self.store, objects=self.objects, clock=lambda: 2.0, download=self.download
        ).prepare(genome, "c", {"chr1": 100})
        if not known(self.store.get(self.genome)).annotated:
            return None
        return read_prepared(io.BytesIO(self.objects.get(keys.genes(self.genome, "c"))))


def uploaded(content: bytes) -> Preparation:
    preparation = Preparation(Source.UPLOAD)
    preparation.s3.objects["genome", keys.annotation_upload("mine")] = content
    return preparation


@pytest.mark.parametrize("preparation", [lambda: uploaded(GFF), lambda: Preparation(Source.ACCESSION, GFF)])
def test_an_annotation_is_prepared_for_look_ups(preparation: Callable[[], Preparation]) -> None:
    annotation = preparation().prepare()
    assert annotation is not None
    assert annotation.at(Position("chr1", 3, 4)).gene == "GEN1"


@pytest.mark.parametrize("source", Source)
def test_a_genome_may_have_none(source: Source) -> None:
    assert Preparation(source).prepare() is None


@pytest.mark.parametrize("content", [b"chr1\tx\n", b"", GFF.replace(b"chr1", b"chr9")])
def test_an_upload_that_is_wrong_is_the_users_error(content: bytes) -> None:
    with pytest.raises(InputError, match="the annotation of mine"):
        uploaded(content).prepare()


def test_what_a_publisher_did_wrong_leaves_the_genome_without() -> None:
    assert Preparation(Source.ACCESSION, b"chr1\tx\n").prepare() is None


def test_a_publisher_that_cannot_be_reached_is_asked_again() -> None:
    with pytest.raises(CracklingError, match="broken line"):
        Preparation(Source.ACCESSION, CracklingError("broken line")).prepare()
