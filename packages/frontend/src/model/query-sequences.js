import { reverseComplement } from "./dna.js";

/**
 * @import {Target} from "../types.js"
 */

/** Stands for a base that no guide covers, if the query itself is not available. */
export const UNKNOWN = "N";

/**
 * Return the sequences of a query by their names.
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
 * Return a part of a query that is not available itself, assembled from the guides that lie on it.
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
    for (let position = Math.max(start, target.start); position < Math.min(end, target.end); position++) {
      bases[position - start] = forward[position - target.start];
    }
  }
  return bases.join("");
}
