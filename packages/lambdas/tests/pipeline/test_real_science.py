"""The whole path with the real science and no faults: upload, prepare, scan, score, export."""

from __future__ import annotations

import io
import json
import random

import pytest

from crackling.design import design
from crackling.results import FORMATS, Design, write
from crackling.sequences import Contig
from crackling.specificity import Index, build_index
from crackling_aws import keys
from simulator import scenario
from simulator import world as worlds
from simulator.world import World


@pytest.fixture
def world(scratch, monkeypatch):
    """A world without faults whose functions have their own science; only bowtie2 is still played."""
    monkeypatch.setitem(worlds.ENVIRONMENT, "LAMBDA_LIMIT_BASES", "1000000")
    monkeypatch.setattr(worlds, "SCIENCE", {"bowtie2": worlds.SCIENCE["bowtie2"]})
    world = World(0, scratch, rate=0)
    world.faults.stop()
    return world


def test_a_job_gives_the_bytes_that_the_science_writes(world, tmp_path):
    rng = random.Random(7)
    bases = "".join(rng.choices("ACGT", k=20_000))
    genome = f">chr1\n{bases[:12_000]}\n>chr2\n{bases[12_000:].lower()}\n"
    query = bases[3_000:3_400] + bases[3_100:3_200]
    world.request("POST", "/genomes", json.dumps({"genome": "mine"}))
    world.s3.objects["genome", keys.upload("mine")] = genome.encode()
    job_id = json.loads(submit(world, query)["body"])["jobId"]
    world.run(at_rest=lambda: None)

    job = scenario.jobs(world).get(job_id)
    assert (job.status, job.failure) == ("complete", None)
    targets = expected(genome, query, tmp_path)
    assert len(targets) == job.guides == 50
    design = Design("mine", targets, [Contig("query", query)])
    for name, form in FORMATS.items():
        out = io.BytesIO()
        write(design, name, out)
        if form.binary:
            export(world, job_id, name)
            assert world.s3.objects["data", keys.export(job_id, name)] == out.getvalue()
        else:
            assert export(world, job_id, name).encode() == out.getvalue()


def submit(world, query):
    return world.request("POST", "/jobs", json.dumps({"sequence": query, "genome": "mine"}))


def export(world, job_id, extension):
    return world.request("GET", f"/jobs/{job_id}/export", query={"format": extension})["body"]


def expected(genome, query, folder):
    build_index([io.BytesIO(genome.encode())], folder / "index")
    with Index.open(folder / "index") as index:
        return design([Contig("query", query)], index, threads=1)
