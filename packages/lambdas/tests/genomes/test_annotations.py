from __future__ import annotations

import io
from typing import TYPE_CHECKING

from crackling.annotation.annotation import read_gff
from crackling_aws.models.genomes import Part, Source
from crackling_aws.stores import keys
from crackling_aws.stores.objects import ObjectStore
from crackling_lambdas.genomes.annotations import Annotations
from fakes.known import known

if TYPE_CHECKING:
    import pytest

    from conftest import Cloud

GFF = b"chr1\t.\tgene\t1\t9\t.\t+\t.\tID=g;Name=GEN1\n"


def test_the_annotation_used_last_is_fetched_once(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    read_gff(io.BytesIO(GFF), "genes").write(out)
    cloud.s3.objects["genome", keys.genes("mine", "c")] = out.getvalue()
    cloud.genomes.claim("mine", "c", Source.UPLOAD, [Part.FASTA], 1)
    cloud.genomes.annotation_done("mine", "c", 2)
    objects = ObjectStore(cloud.s3, "genome")
    annotations = Annotations(objects=objects)
    asked: list[str] = []
    get = objects.get

    def asking(key: str) -> bytes:
        asked.append(key)
        return get(key)

    monkeypatch.setattr(objects, "get", asking)
    genome = known(cloud.genomes.get("mine"))
    assert annotations.of(genome) is annotations.of(genome)
    assert asked == [keys.genes("mine", "c")]
