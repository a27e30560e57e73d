/** A guide's off-targets: their alignments, their numbers, and the list as text. */

import { locusOf } from "./format.js";
import { asTable } from "./spreadsheet.js";

/**
 * @import {OffTarget} from "../types.js"
 */

/**
 * @typedef {{text: string, mismatch: boolean}} Run
 */

/**
 * A site beside the guide, as runs of bases that match or do not.
 * @param {string} site
 * @param {string} alignment a dot for each base that matches the guide
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
 * How many places there are at each number of mismatches, 0 to 4.
 * @param {{mismatches: number}[]} places
 * @returns {number[]}
 */
export function countByMismatches(places) {
  const counts = [0, 0, 0, 0, 0];
  for (const { mismatches } of places) counts[mismatches] = (counts[mismatches] ?? 0) + 1;
  return counts;
}

/**
 * For a spreadsheet, with places as they are shown.
 * @param {OffTarget[]} places
 */
export function asText(places) {
  const titles = ["Mismatches", "Site", "PAM", "Place", "Strand", "MIT", "CFD", "Gene", "Feature"];
  return asTable(
    titles,
    places.map((place) => {
      const { mismatches, site, pam, strand, mit, cfd, gene, feature } = place;
      return [mismatches, site, pam, locusOf(place), strand, mit, cfd, gene, feature];
    }),
  );
}
