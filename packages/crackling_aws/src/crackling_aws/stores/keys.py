"""Name the objects in the two buckets. Ids are validated on input, so they are safe in a key."""

from __future__ import annotations


def query(job_id: str) -> str:
    return f"jobs/{job_id}/query.fa"


def searched(job_id: str) -> str:
    """Return the key of the query as it was searched, stored if it is too long for an answer."""
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
    """Return the prefix of a preparation's files; it writes nowhere else, so it cannot spoil a newer one's."""
    return f"{genome_folder(genome)}{claim}/"


def fasta(genome: str, claim: str) -> str:
    return f"{preparation(genome, claim)}genome.fa.gz"


def contig_table(genome: str, claim: str) -> str:
    """Return the key of the FASTA's table of contigs and their offsets in its text."""
    return f"{fasta(genome, claim)}.fai"


def block_table(genome: str, claim: str) -> str:
    """Return the key of the FASTA's table of block offsets."""
    return f"{fasta(genome, claim)}.gzi"


def genes(genome: str, claim: str) -> str:
    """Return the key of the genome's prepared annotation."""
    return f"{preparation(genome, claim)}genome.genes"


def index(genome: str, claim: str, shard: int = 1, shards: int = 1) -> str:
    """Return the key of the index, or of the shard with this number, from 1."""
    name = "genome.issl" if shards == 1 else f"genome.{shard}-of-{shards}.issl"
    return f"{preparation(genome, claim)}{name}"


def bowtie2(genome: str, claim: str, file: str) -> str:
    return f"{preparation(genome, claim)}bowtie2/{file}"
