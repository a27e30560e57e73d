"""The names of objects in the two buckets. Ids are validated where they enter, so they are safe in a key."""

from __future__ import annotations


def query(job_id: str) -> str:
    return f"jobs/{job_id}/query.fa"


def searched(job_id: str) -> str:
    """The query as it was searched, where that is too long for an answer."""
    return f"jobs/{job_id}/searched.fa"


def export(job_id: str, extension: str) -> str:
    return f"jobs/{job_id}/export.{extension}"


def upload_folder(genome: str) -> str:
    return f"uploads/{genome}/"


def upload(genome: str) -> str:
    return f"{upload_folder(genome)}genome"


def annotation_upload(genome: str) -> str:
    return f"{upload_folder(genome)}annotation"


def genome_folder(genome: str) -> str:
    return f"genomes/{genome}/"


def preparation(genome: str, claim: str) -> str:
    """A preparation writes nowhere else, so an older one cannot spoil the files of a newer."""
    return f"{genome_folder(genome)}{claim}/"


def fasta(genome: str, claim: str) -> str:
    return f"{preparation(genome, claim)}genome.fa.gz"


def contig_table(genome: str, claim: str) -> str:
    """Of the FASTA: its contigs, and where in its text they stand."""
    return f"{fasta(genome, claim)}.fai"


def block_table(genome: str, claim: str) -> str:
    """Of the FASTA: where its blocks stand."""
    return f"{fasta(genome, claim)}.gzi"


def genes(genome: str, claim: str) -> str:
    """Its annotation, prepared."""
    return f"{preparation(genome, claim)}genome.genes"


def index(genome: str, claim: str, shard: int = 1, shards: int = 1) -> str:
    """The index, or of several shards the one with this number, from 1."""
    name = "genome.issl" if shards == 1 else f"genome.{shard}-of-{shards}.issl"
    return f"{preparation(genome, claim)}{name}"


def bowtie2(genome: str, claim: str, file: str) -> str:
    return f"{preparation(genome, claim)}bowtie2/{file}"
