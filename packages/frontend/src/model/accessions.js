/** Ids of genomes: accessions of NCBI's assemblies, and the names of uploaded genomes. */

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const ACCESSION = /^GC[AF]_\d{9}\.\d+$/i;

/**
 * Tell whether a text can be the id of an uploaded genome.
 * @param {string} text
 */
export function isGenomeId(text) {
  return ID.test(text) && !isAccession(text);
}

/**
 * Tell whether a text is the accession of an NCBI assembly, with its version.
 * @param {string} text
 */
export function isAccession(text) {
  return ACCESSION.test(text);
}

/**
 * Tell whether a text is an accession without its version.
 * @param {string} text
 */
export function lacksVersion(text) {
  return isAccession(`${text}.1`);
}

/**
 * Return an id for a genome, made from the name of its file.
 * @param {string} name
 */
export function genomeIdOf(name) {
  const stem = name.replace(/\.(gz|bz2|xz|zst)$/i, "").replace(/\.(fa|fasta|fna|fas|txt)$/i, "");
  return stem
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+|-+$/g, "")
    .slice(0, 64);
}
