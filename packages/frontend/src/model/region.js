/** The rules that the API holds a region against; whether the genome has it is found out when the job runs. */

import { count, countOf } from "./format.js";

const MOST_LETTERS = 200;
// Of a contig's name only the last colon counts: some have their own.
const COORDINATES = /^\S+:(\d[\d,]*)\s*(?:-|–|\.\.)\s*(\d[\d,]*)$/;

/**
 * What a text asks for: a part of a contig, or else a gene.
 * @param {string} text
 * @param {number} [most] bases that a job takes, where that is known
 * @returns {{note: string | null, problem: string | null}}
 */
export function examineRegion(text, most = Infinity) {
  const asked = text.trim();
  if (!asked) return { note: null, problem: "Name a gene, or a part of a contig as CONTIG:START-END." };
  if (asked.length > MOST_LETTERS)
    return { note: null, problem: `This is too long for a name. Paste a sequence under “A sequence”.` };
  const found = COORDINATES.exec(asked);
  if (!found)
    return {
      note: `The gene ${asked}, from its first to its last base, if the genome’s annotation has it.`,
      problem: null,
    };
  const [first, last] = found.slice(1).map((digits) => Number(digits.replaceAll(",", "")));
  if (first === undefined || last === undefined || first < 1 || last < first)
    return { note: null, problem: "Bases are counted from 1, and the last is not before the first." };
  const bases = last - first + 1;
  const problem =
    bases > most ? `${count(bases)} bases are more than a job takes (${count(most)}): ask for a part of them.` : null;
  return { note: `${countOf(bases, "base")} of the genome.`, problem };
}
