/** Figures that follow from the columns of a target. */

/**
 * @import {Target} from "../types.js"
 */

/** @typedef {"both" | "efficient" | "specific" | "neither"} Verdict */

/** @type {Record<Verdict, string>} */
export const VERDICTS = {
  both: "both",
  efficient: "only efficient",
  specific: "only specific",
  neither: "neither",
};

/**
 * Return what a target is: efficient, specific, both or neither.
 * @param {Pick<Target, "efficient" | "specific">} target
 * @returns {Verdict}
 */
export function verdictOf({ efficient, specific }) {
  if (efficient) return specific ? "both" : "efficient";
  return specific ? "specific" : "neither";
}

/**
 * Return where Cas9 cuts, 3 bp before the PAM: the number of bases of the forward strand to the left of the cut.
 * @param {Pick<Target, "start" | "strand">} target
 */
export function cutOf({ start, strand }) {
  return strand === "+" ? start + 17 : start + 6;
}

/**
 * Return the CFD specificity on the scale of other tools: 100 / (1 + sum of the CFD scores of the imperfect sites).
 * @param {Pick<Target, "cfd" | "mm0">} target whose own scale is 10000 / (100 + sum), perfect sites included
 */
export function commonCfd({ cfd, mm0 }) {
  if (cfd <= 0) return 0;
  return 100 / (1 + Math.max(0, 10_000 / cfd - 100 - mm0));
}
