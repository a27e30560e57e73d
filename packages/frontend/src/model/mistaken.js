/** What people paste for a DNA sequence, and what to do instead. */

// Shorter than a guide with its PAM, so that no sequence is taken for a name.
const LONGEST_NAME = 22;
const GENOME = /^GC[AF]_\d+(\.\d+)?$/i;
const ACCESSION = /^([A-Z]{1,2}\d{5,8}|[A-Z]{2}_\d{6,9}|ENS[A-Z]*\d{11}|rs\d+)(\.\d+)?$/i;
const PLACE = /^[\w.]+:[\d,]+(-|–|\.\.)[\d,]+$/;
const NO_BASE = /[^ACGTUN\d\s]/i;
const AMINO_ACIDS = /^[A-IK-NP-TV-Z*]+$/i;
// Those that are no code of nucleotides.
const ONLY_AMINO_ACIDS = /[EFILPQ]/gi;
const LEAST_SHARE = 0.05;

/**
 * What to do where a text is something else than a sequence of nucleotides.
 * @param {string} text
 * @returns {string | null} a sentence for the user; null where the text may be a sequence
 */
export function mistakenFor(text) {
  const trimmed = text.trim();
  if (!trimmed) return null;
  const letters = trimmed.replace(/^>.*$/gm, "").replace(/[\s\d]/g, "");
  if (!letters && trimmed.startsWith(">"))
    return "This FASTA has a name and no sequence. Paste the bases below the line that begins with >.";
  return (
    nameProblem(trimmed) ??
    (isProtein(letters)
      ? "This looks like a protein. Guides bind DNA: paste the nucleotide sequence of the gene."
      : null)
  );
}

/** @param {string} text */
function nameProblem(text) {
  const name = `“${text}”`;
  if (GENOME.test(text))
    return `${name} is a genome’s accession. Name it under Genome, and paste here the sequence to find guides in.`;
  if (ACCESSION.test(text))
    return `${name} is an accession, and is not looked up here. Open it at NCBI or Ensembl, choose FASTA, and paste what it shows.`;
  if (PLACE.test(text)) return `${name} is a place. Give it under “A gene or region”, or paste its sequence.`;
  if (text.startsWith(">") || text.length > LONGEST_NAME || !/[a-z]/i.test(text) || !NO_BASE.test(text)) return null;
  return `${name} looks like a name. Give a gene of an annotated genome under “A gene or region”, or paste its sequence.`;
}

/** @param {string} letters */
function isProtein(letters) {
  return AMINO_ACIDS.test(letters) && (letters.match(ONLY_AMINO_ACIDS)?.length ?? 0) > LEAST_SHARE * letters.length;
}

/**
 * Whether a file was read as text, and is no document or archive.
 * @param {string} content
 */
export function isText(content) {
  return !/[\0\uFFFD]/.test(content.slice(0, 10_000));
}
