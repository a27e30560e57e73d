/** A guide's off-targets: their alignments, their numbers, and the list as text. */

import { locationOf } from "./format.js";
import { asTable } from "./spreadsheet.js";

/**
 * @import {OffTarget} from "../types.js"
 */

/**
 * @typedef {{text: string, mismatch: boolean}} Run
 */

/**
 * Return a site as runs of bases that match the guide or do not.
 * @param {string} site
 * @param {string} alignment with a dot for each base that matches the guide
 * @returns {Run[]}
 */
export function runsOf(site, alignment) {
  /** @type {Run[]} */
  const runs = [];
  [...site].forEach((base, position) => {
    const mismatch = alignment[position] !== ".";
    const last = runs.at(-1);
    if (last?.mismatch === mismatch) last.text += base;
    else runs.push({ text: base, mismatch });
  });
  return runs;
}

/**
 * Count the sites with each number of mismatches, 0 to 4.
 * @param {{mismatches: number}[]} sites
 * @returns {number[]}
 */
export function countByMismatches(sites) {
  const counts = [0, 0, 0, 0, 0];
  for (const { mismatches } of sites) counts[mismatches] = (counts[mismatches] ?? 0) + 1;
  return counts;
}

/**
 * Return off-targets as a table for a spreadsheet, with locations as they are shown.
 * @param {OffTarget[]} offTargets
 */
export function asText(offTargets) {
  const titles = ["Mismatches", "Site", "PAM", "Location", "Strand", "MIT", "CFD", "Gene", "Feature"];
  return asTable(
    titles,
    offTargets.map((offTarget) => {
      const { mismatches, site, pam, strand, mit, cfd, gene, feature } = offTarget;
      return [mismatches, site, pam, locationOf(offTarget), strand, mit, cfd, gene, feature];
    }),
  );
}
