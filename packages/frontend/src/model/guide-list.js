/** A list of guides that somebody already has. */

import { count } from "./format.js";

const LENGTHS = [20, 23];

/**
 * @typedef {object} ExaminedGuides
 * @property {string[]} guides as they are sent
 * @property {string | null} problem a sentence for the user; null for a usable list
 */

/**
 * One guide a line, with or without its PAM; RNA is read as DNA, and headers of FASTA are passed over.
 * @param {string} text
 * @param {number} most guides that a job takes
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
  if (guides.length === 0) return { guides, problem: "Paste guides, one a line." };
  const tooMany =
    guides.length > most
      ? `${count(guides.length)} guides are more than a job takes (${count(most)}): split the list.`
      : null;
  return { guides, problem: tooMany };
}

/** @param {string} guide */
function guideProblem(guide) {
  const wrong = /[^ACGT]/.exec(guide);
  if (wrong) return `“${wrong[0]}” is no base of a guide. Use A, C, G and T, and put names elsewhere.`;
  if (!LENGTHS.includes(guide.length)) return `${guide.length} bases. A guide has 20, or 23 with its PAM.`;
  return guide.length === 20 || /[AG]G$/.test(guide)
    ? null
    : `“${guide.slice(20)}” is no PAM of SpCas9. It takes NGG, and NAG less well.`;
}
