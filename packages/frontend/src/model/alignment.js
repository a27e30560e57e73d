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
