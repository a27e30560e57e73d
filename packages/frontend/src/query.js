/** The rules that the API holds a query against, so that mistakes are shown beside the field before anything is sent. */

export const MOST_BASES = 1_000_000;

const SITE = 23;
const NO_NUCLEOTIDE = /[^ACGTUNRYSWKMBDHV\s-]/i;

/**
 * @typedef {object} Examined
 * @property {number} contigs
 * @property {number} bases
 * @property {string | null} problem a sentence for the user; null for a usable query
 */

/**
 * What a pasted text holds: FASTA, or a bare sequence.
 * @param {string} text
 * @returns {Examined}
 */
export function examineQuery(text) {
  if (!text.trim()) return { contigs: 0, bases: 0, problem: "Paste a DNA sequence, or load a file." };
  const contigs = split(text);
  const lengths = contigs.map(({ sequence }) => sequence.replace(/\s/g, "").length);
  const bases = lengths.reduce((sum, length) => sum + length, 0);
  return { contigs: contigs.length, bases, problem: letterProblem(contigs) ?? lengthProblem(bases, lengths) };
}

/**
 * @param {string} text
 * @returns {{name: string, sequence: string}[]}
 */
function split(text) {
  if (!isFasta(text)) return [{ name: "", sequence: text }];
  return text.trim().slice(1).split(/\n>/).map((record) => {
    const [header = "", ...lines] = record.split("\n");
    return { name: header.trim().split(/\s/)[0] || "without a name", sequence: lines.join("\n") };
  });
}

/** @param {string} text */
export function isFasta(text) {
  return text.trimStart().startsWith(">");
}

/** @param {{name: string, sequence: string}[]} contigs */
function letterProblem(contigs) {
  for (const { name, sequence } of contigs) {
    const found = NO_NUCLEOTIDE.exec(sequence);
    if (found) {
      const position = sequence.slice(0, found.index).replace(/\s/g, "").length + 1;
      const place = name ? `Sequence ${name}, letter ${position}` : `Letter ${position}`;
      return `${place}: “${found[0]}” is no nucleotide. Use A, C, G, T (or U, N and the other IUPAC codes).`;
    }
  }
  return null;
}

/**
 * @param {number} bases
 * @param {number[]} lengths of the contigs
 */
function lengthProblem(bases, lengths) {
  if (bases > MOST_BASES) {
    return `${bases.toLocaleString("en")} bases are more than a job takes (${MOST_BASES.toLocaleString("en")}): split the query.`;
  }
  if (Math.max(...lengths) < SITE) {
    return `A guide with its PAM takes ${SITE} bases, and no sequence here is that long.`;
  }
  return null;
}
