import { reverseComplement } from "../dna.js";

/**
 * @import {Target} from "../types.js"
 */

/** A base that no guide covers, and that this page has therefore never been told. */
export const UNKNOWN = "N";

/**
 * A stretch of the query, put together from the guides that lie on it.
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
