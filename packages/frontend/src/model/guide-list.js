/** The user's own list of guides. */

import { count } from "./format.js";

const LENGTHS = [20, 23];

/**
 * @typedef {object} ExaminedGuides
 * @property {string[]} guides to send
 * @property {string | null} problem a sentence for the user; null if the list can be used
 */

/**
 * Read one guide per line, with or without its PAM. RNA is read as DNA; comments and headers of FASTA are skipped.
 * @param {string} text
 * @param {number} most guides that a job accepts
 * @returns {ExaminedGuides}
 */
export function examineGuides(text, most = Infinity) {
  /** @type {string[]} */
  const guides = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const guide = line
      .replace(/[\s,;]/g, "")
      .toUpperCase()
      .replaceAll("U", "T");
    if (!guide || /^[#>]/.test(guide)) continue;
    const problem = guideProblem(guide);
    if (problem) return { guides: [], problem: `Line ${index + 1}: ${problem}` };
    guides.push(guide);
  }
  if (guides.length === 0) return { guides, problem: "Paste guides, one per line." };
  const tooMany =
    guides.length > most
      ? `${count(guides.length)} guides exceed the limit of a job (${count(most)}). Split the list.`
      : null;
  return { guides, problem: tooMany };
}

/** @param {string} guide */
function guideProblem(guide) {
  const wrong = /[^ACGT]/.exec(guide.replace(/^([ACGT]{20})NGG$/, "$1"));
  if (wrong) return `“${wrong[0]}” is not a base. Use only A, C, G and T, without names.`;
  if (!LENGTHS.includes(guide.length)) return `${guide.length} bases. A guide has 20, or 23 with its PAM.`;
  return guide.length === 20 || /[AG]G$/.test(guide)
    ? null
    : `“${guide.slice(20)}” is not a PAM of SpCas9, which needs NGG or, less efficiently, NAG.`;
}
