/** The order of guides from the best to the worst, which the API defines. */

/**
 * @import {Ranking, Target} from "../types.js"
 */

/**
 * Return a function that compares two targets, for sorting: the better one comes first.
 * @param {Ranking} ranking
 * @returns {(a: Target, b: Target) => number}
 */
export function comparison({ criteria }) {
  const keys = criteria.map((columns) => (/** @type {Target} */ target) => lowest(target, columns));
  return (a, b) => {
    for (const key of keys) {
      const difference = key(b) - key(a);
      if (difference) return difference;
    }
    return a.id - b.id;
  };
}

/**
 * Return the lowest of some columns; a verdict counts as 1 or 0.
 * @param {Target} target
 * @param {string[]} columns
 */
function lowest(target, columns) {
  return Math.min(...columns.map((column) => Number(/** @type {Record<string, unknown>} */ (target)[column])));
}
