/** Figures that follow from a target's columns. */

/**
 * @import {Target} from "../types.js"
 */

/** @typedef {"both" | "efficient" | "specific" | "neither"} Verdict */

/** The colours of verdicts are those of the BED export, safe for colour-blind eyes. @type {Record<Verdict, string>} */
export const VERDICTS = { both: "both", efficient: "only efficient", specific: "only specific", neither: "neither" };

/**
 * @param {Pick<Target, "efficient" | "specific">} target
 * @returns {Verdict}
 */
export function verdictOf({ efficient, specific }) {
  if (efficient) return specific ? "both" : "efficient";
  return specific ? "specific" : "neither";
}

/**
 * Where Cas9 cuts: 3 bp before the PAM. The number of bases of the forward strand left of the cut.
 * @param {Pick<Target, "start" | "strand">} target
 */
export function cutOf({ start, strand }) {
  return strand === "+" ? start + 17 : start + 6;
}

/**
 * CFD specificity on the scale of other tools: 100 / (1 + sum of the CFD scores of the imperfect sites).
 * @param {Pick<Target, "cfd" | "mm0">} target whose own scale is 10000 / (100 + sum), perfect sites included
 */
export function commonCfd({ cfd, mm0 }) {
  if (cfd <= 0) return 0;
  return 100 / (1 + Math.max(0, 10_000 / cfd - 100 - mm0));
}

/**
 * The better guide first: efficient and specific ones, then by the lower of the two specificities, then by votes and by
 * sgRNAScorer's score.
 * @param {Target} a
 * @param {Target} b
 */
export function byRank(a, b) {
  return (
    Number(b.efficient && b.specific) - Number(a.efficient && a.specific) ||
    Math.min(b.mit, b.cfd) - Math.min(a.mit, a.cfd) ||
    b.consensus - a.consensus ||
    b.sgrnascorer2_score - a.sgrnascorer2_score ||
    a.id - b.id
  );
}
