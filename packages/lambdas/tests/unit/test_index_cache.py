from __future__ import annotations

import pytest

from crackling_aws.models import Genome, GenomeState, IndexFile, Source
from crackling_aws.objects import MissingObjectError, ObjectStore
from crackling_lambdas.logic.index_cache import RESERVE, IndexCache
from fakes.s3 import FakeS3

ROOM = 250


class OpenFile:
    def __init__(self, path):
        self.content, self.closed = path.read_bytes(), False

    def close(self):
        self.closed = True


@pytest.fixture
def s3():
    return FakeS3()


@pytest.fixture
def cache(s3, tmp_path):
    def free(folder):
        return RESERVE + ROOM - sum(path.stat().st_size for path in folder.iterdir())

    return IndexCache(ObjectStore(s3, "genome"), tmp_path, OpenFile, free)


def genome(s3, name, claim="c", size=100):
    key = f"genomes/{name}/genome.issl"
    s3.objects["genome", key] = f"{name}.{claim}".encode().ljust(size)
    return Genome(name, GenomeState.READY, Source.UPLOAD, 1, 1, claim=claim, files=(IndexFile(key, size),))


def test_an_index_is_fetched_once(cache, s3):
    lambda_phage = genome(s3, "lambda")
    first = cache.open(lambda_phage)
    s3.objects.clear()
    assert cache.open(lambda_phage) is first


def test_a_genome_prepared_anew_is_another(cache, s3):
    cache.open(genome(s3, "g", "old"))
    assert cache.open(genome(s3, "g", "new")).content.startswith(b"g.new")


def test_the_index_used_longest_ago_makes_room(cache, s3, tmp_path):
    a, b, c = (genome(s3, name) for name in "abc")
    first, second = cache.open(a), cache.open(b)
    cache.open(a)
    cache.open(c)
    assert (first.closed, second.closed) == (False, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.c.issl", "c.c.issl"]
    assert cache.open(b).content.startswith(b"b")


def test_a_failed_fetch_leaves_nothing(cache, s3, tmp_path):
    missing = genome(s3, "g")
    s3.objects.clear()
    with pytest.raises(MissingObjectError):
        cache.open(missing)
    assert not list(tmp_path.iterdir())
    assert cache.open(genome(s3, "g")).content.startswith(b"g.c")
