import { reverseComplement } from "./dna.js";

/**
 * @import {Target} from "../types.js"
 */

/** A base that no guide covers, where the query itself cannot be had. */
export const UNKNOWN = "N";

/**
 * A query by the names of its sequences.
 * @param {string} fasta as the API writes it
 * @returns {Map<string, string>}
 */
export function sequencesOf(fasta) {
  return new Map(
    fasta
      .slice(1)
      .split("\n>")
      .map((record) => {
        const [name = "", ...lines] = record.split("\n");
        return [name, lines.join("")];
      }),
  );
}

/**
 * A stretch of a query that cannot be had, put together from the guides that lie on it.
 * @param {Target[]} targets of one contig
 * @param {number} start 0-based
 * @param {number} end
 * @returns {string}
 */
export function stretch(targets, start, end) {
  const bases = new Array(end - start).fill(UNKNOWN);
  for (const target of targets) {
    if (target.end <= start || target.start >= end) continue;
    const read = target.guide + target.pam;
    const forward = target.strand === "+" ? read : reverseComplement(read);
    for (let place = Math.max(start, target.start); place < Math.min(end, target.end); place++) {
      bases[place - start] = forward[place - target.start];
    }
  }
  return bases.join("");
}
