/** The API's rules for a query, applied here so that mistakes are shown beside the field before anything is sent. */

import { count } from "./format.js";

const SITE = 23;
const NOT_A_NUCLEOTIDE = /[^ACGTUNRYSWKMBDHV\s-]/i;
// Bases that differ between copies, as databases of variants write them; without the brackets they would be two bases.
const VARIANT = /^(?!>).*?(\[[^\]\s]*\/[^\]\s]*\])/m;
// Characters that files and web pages put between bases: line numbers, asterisks at the end, quotes.
const STRAY = /[^\p{L}\s-]/gu;

/**
 * @typedef {object} Examined
 * @property {string} text what to send: the query without stray characters
 * @property {number} contigs
 * @property {number} bases
 * @property {string | null} removed characters, for the user
 * @property {string | null} problem a sentence for the user; null if the query can be used
 */

/**
 * Examine a pasted text, which is FASTA or a bare sequence.
 * @param {string} pasted
 * @param {number} most bases that a job accepts
 * @returns {Examined}
 */
export function examineQuery(pasted, most = Infinity) {
  if (!pasted.trim())
    return { text: "", contigs: 0, bases: 0, removed: null, problem: "Paste a DNA sequence, or load a file." };
  const { text, removed } = clean(pasted);
  const contigs = split(text);
  const lengths = contigs.map(({ sequence }) => sequence.replace(/\s/g, "").length);
  const bases = lengths.reduce((sum, length) => sum + length, 0);
  return {
    text,
    contigs: contigs.length,
    bases,
    removed,
    problem:
      variantProblem(pasted) ?? letterProblem(contigs) ?? lengthProblem(bases, lengths, most) ?? nameProblem(contigs),
  };
}

/**
 * Return the name of a query's first sequence, for the list of recent jobs.
 * @param {string} text
 */
export function nameOf(text) {
  return isFasta(text) ? (split(text)[0]?.name ?? "") : "";
}

/** @param {string} text */
export function isFasta(text) {
  return text.trimStart().startsWith(">");
}

/**
 * Remove everything but letters, gaps and white space, except in headers.
 * @param {string} pasted
 */
function clean(pasted) {
  /** @type {Set<string>} */
  const kinds = new Set();
  let removed = 0;
  const lines = pasted
    .replace(/^\uFEFF/, "")
    .split(/\r\n?|\n/)
    .map((line) =>
      line.trimStart().startsWith(">")
        ? line.trimStart()
        : line.replace(STRAY, (character) => {
            removed += 1;
            kinds.add(/\d/.test(character) ? "digits" : `“${character}”`);
            return "";
          }),
    );
  return {
    text: lines.join("\n"),
    removed: removed
      ? `${count(removed)} characters that are not bases were removed: ${[...kinds].sort().slice(0, 6).join(", ")}`
      : null,
  };
}

/**
 * @param {string} text
 * @returns {{name: string, sequence: string}[]}
 */
function split(text) {
  if (!isFasta(text)) return [{ name: "", sequence: text }];
  return text
    .trim()
    .slice(1)
    .split(/\n>/)
    .map((record, index) => {
      const [header = "", ...lines] = record.split("\n");
      return { name: header.trim().split(/\s/)[0] || `contig_${index + 1}`, sequence: lines.join("\n") };
    });
}

/** @param {string} pasted */
function variantProblem(pasted) {
  const found = VARIANT.exec(pasted)?.[1];
  return found ? `“${found}” is no base. Write one of the variants, or the IUPAC code of both (R for [A/G]).` : null;
}

/** @param {{name: string, sequence: string}[]} contigs */
function letterProblem(contigs) {
  for (const { name, sequence } of contigs) {
    const found = NOT_A_NUCLEOTIDE.exec(sequence);
    if (found) {
      const position = sequence.slice(0, found.index).replace(/\s/g, "").length + 1;
      const where = name ? `Sequence ${name}, letter ${position}` : `Letter ${position}`;
      return `${where}: “${found[0]}” is not a nucleotide. Use A, C, G, T, U, N or another IUPAC code.`;
    }
  }
  return null;
}

/**
 * @param {number} bases
 * @param {number[]} lengths of the contigs
 * @param {number} most
 */
function lengthProblem(bases, lengths, most) {
  if (bases > most) return `${count(bases)} bases exceed the limit of a job (${count(most)}). Split the query.`;
  if (Math.max(...lengths) < SITE) return `A guide with its PAM has ${SITE} bases, and no sequence here is that long.`;
  return null;
}

/**
 * Names must be unique, because the location of a guide names its contig.
 * @param {{name: string}[]} contigs
 */
function nameProblem(contigs) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  for (const [index, { name }] of contigs.entries()) {
    const first = seen.get(name);
    if (first !== undefined)
      return `Sequences ${count(first)} and ${count(index + 1)} are both named “${name}”. The first word after each > must be unique.`;
    seen.set(name, index + 1);
  }
  return null;
}
