"""Name the objects in the two buckets. Ids are validated on input, so they are safe in a key."""

from __future__ import annotations


def job_folder(job_id: str) -> str:
    """Return the prefix of everything that is stored for a job."""
    return f"jobs/{job_id}/"


def query(job_id: str) -> str:
    return f"{job_folder(job_id)}query.fa"


def searched(job_id: str) -> str:
    """Return the key of the query as it was searched, stored if it is too long for an answer."""
    return f"{job_folder(job_id)}searched.fa"


def export(job_id: str, extension: str) -> str:
    return f"{job_folder(job_id)}export.{extension}"


def off_targets(job_id: str, number: int) -> str:
    """Return the key of the list of a target's off-targets, stored if making it takes longer than a request may."""
    return f"{job_folder(job_id)}off-targets/{number}.json"


def upload_folder(genome_id: str) -> str:
    return f"uploads/{genome_id}/"


def upload(genome_id: str) -> str:
    return f"{upload_folder(genome_id)}genome"


def annotation_upload(genome_id: str) -> str:
    return f"{upload_folder(genome_id)}annotation"


def genome_folder(genome_id: str) -> str:
    return f"genomes/{genome_id}/"


def preparation(genome_id: str, claim: str) -> str:
    """Return the prefix of a preparation's files; it writes nowhere else, so it cannot spoil a newer one's."""
    return f"{genome_folder(genome_id)}{claim}/"


def fasta(genome_id: str, claim: str) -> str:
    return f"{preparation(genome_id, claim)}genome.fa.gz"


def contig_table(genome_id: str, claim: str) -> str:
    """Return the key of the FASTA's table of contigs and their offsets in its text."""
    return f"{fasta(genome_id, claim)}.fai"


def block_table(genome_id: str, claim: str) -> str:
    """Return the key of the FASTA's table of block offsets."""
    return f"{fasta(genome_id, claim)}.gzi"


def genes(genome_id: str, claim: str) -> str:
    """Return the key of the genome's prepared annotation."""
    return f"{preparation(genome_id, claim)}genome.genes"


def index(genome_id: str, claim: str, shard: int = 1, shards: int = 1) -> str:
    """Return the key of the index, or of the shard with this number, from 1."""
    name = "genome.issl" if shards == 1 else f"genome.{shard}-of-{shards}.issl"
    return f"{preparation(genome_id, claim)}{name}"


def bowtie2(genome_id: str, claim: str, file: str) -> str:
    return f"{preparation(genome_id, claim)}bowtie2/{file}"
