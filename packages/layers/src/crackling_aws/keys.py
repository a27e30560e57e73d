"""The names of objects in the two buckets. Ids are validated where they enter, so they are safe in a key."""

from __future__ import annotations


def query(job_id: str) -> str:
    return f"jobs/{job_id}/query.fa"


def export(job_id: str, extension: str) -> str:
    return f"jobs/{job_id}/export.{extension}"


def upload_folder(genome: str) -> str:
    return f"uploads/{genome}/"


def upload(genome: str) -> str:
    return f"{upload_folder(genome)}genome"


def genome_folder(genome: str) -> str:
    return f"genomes/{genome}/"


def fasta(genome: str) -> str:
    return f"{genome_folder(genome)}genome.fa.gz"


def index(genome: str) -> str:
    return f"{genome_folder(genome)}genome.issl"


def bowtie2(genome: str, file: str) -> str:
    return f"{genome_folder(genome)}bowtie2/{file}"
