/** Recognise what people paste instead of a DNA sequence, and tell them what to do. */

// Shorter than a guide with its PAM, so that a sequence is never taken for a name.
const LONGEST_NAME = 22;
const GENOME = /^GC[AF]_\d+(\.\d+)?$/i;
const ACCESSION = /^([A-Z]{1,2}\d{5,8}|[A-Z]{2}_\d{6,9}|ENS[A-Z]*\d{11}|rs\d+)(\.\d+)?$/i;
const REGION = /^[\w.]+:[\d,]+(-|–|\.\.)[\d,]+$/;
const NOT_A_BASE = /[^ACGTUN\d\s]/i;
const AMINO_ACIDS = /^[A-IK-NP-TV-Z*]+$/i;
// Letters that are not codes of nucleotides.
const ONLY_AMINO_ACIDS = /[EFILPQ]/gi;
const MIN_SHARE = 0.05;

/**
 * Return what to do if a text is not a sequence of nucleotides.
 * @param {string} text
 * @returns {string | null} a sentence for the user; null if the text may be a sequence
 */
export function mistakenFor(text) {
  const trimmed = text.trim();
  if (!trimmed) return null;
  const letters = trimmed.replace(/^>.*$/gm, "").replace(/[\s\d]/g, "");
  if (!letters && trimmed.startsWith(">"))
    return "This FASTA has a header but no sequence. Paste the bases below the line that begins with >.";
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
    return `${name} is the accession of a genome. Choose it under Genome, and paste the sequence to search for guides here.`;
  if (ACCESSION.test(text))
    return `${name} is an accession, which is not looked up here. Open it at NCBI or Ensembl, choose FASTA, and paste the sequence.`;
  if (REGION.test(text))
    return `${name} is a region of a genome. Enter it under “A gene or region”, or paste its sequence.`;
  if (text.startsWith(">") || text.length > LONGEST_NAME || !/[a-z]/i.test(text) || !NOT_A_BASE.test(text)) return null;
  return `${name} looks like a name. Enter a gene of an annotated genome under “A gene or region”, or paste its sequence.`;
}

/** @param {string} letters */
function isProtein(letters) {
  return AMINO_ACIDS.test(letters) && (letters.match(ONLY_AMINO_ACIDS)?.length ?? 0) > MIN_SHARE * letters.length;
}

/**
 * Tell whether a file's content is text rather than a document or an archive.
 * @param {string} content
 */
export function isText(content) {
  return !/[\0\uFFFD]/.test(content.slice(0, 10_000));
}
