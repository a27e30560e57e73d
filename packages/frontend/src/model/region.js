/** The API's rules for a region. Whether the genome has it turns out when the job runs. */

import { count, countOf } from "./format.js";

const MAX_LETTERS = 200;
// The last colon separates the coordinates: some names of contigs contain colons.
const COORDINATES = /^\S+\s*(?::\s*|\t)(\d[\d,]*)\s*(?:[-‐‑‒–—−\t]|\.\.)\s*(\d[\d,]*)$/;

/**
 * Examine a text, which names a part of a contig or else a gene.
 * @param {string} text
 * @param {number} [most] bases that a job accepts, if that is known
 * @returns {{note: string | null, problem: string | null}}
 */
export function examineRegion(text, most = Infinity) {
  const asked = text.trim();
  if (!asked) return { note: null, problem: "Enter a gene, or a region as CONTIG:START-END." };
  if (asked.length > MAX_LETTERS)
    return { note: null, problem: `This is too long for a name. Paste a sequence under “A sequence”.` };
  const found = COORDINATES.exec(asked);
  if (!found)
    return {
      note: `The gene ${asked}, from its first to its last base, if the genome’s annotation has it.`,
      problem: null,
    };
  const [first, last] = found.slice(1).map((digits) => Number(digits.replaceAll(",", "")));
  if (first === undefined || last === undefined || first < 1 || last < first)
    return { note: null, problem: "Bases are counted from 1, and the end must not be before the start." };
  const bases = last - first + 1;
  const problem =
    bases > most ? `${count(bases)} bases exceed the limit of a job (${count(most)}). Choose a smaller region.` : null;
  return { note: `${countOf(bases, "base")} of the genome.`, problem };
}
