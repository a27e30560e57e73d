/** What a column says of a guide in plain text, for paper and spreadsheets. */

import { commonCfd, cutOf } from "./figures.js";
import { locusOf } from "./format.js";

/**
 * @import {Target} from "../types.js"
 */

const yesOrNo = (/** @type {boolean} */ value) => (value ? "yes" : "no");

/** Those that are not written as they come. @type {Record<string, (target: Target) => string | number>} */
const TEXTS = {
  place: locusOf,
  cut: cutOf,
  efficient: ({ efficient }) => yesOrNo(efficient),
  specific: ({ specific }) => yesOrNo(specific),
  mit: ({ mit }) => mit.toFixed(2),
  cfd: ({ cfd }) => cfd.toFixed(2),
  commonCfd: (target) => commonCfd(target).toFixed(1),
  sites: ({ mm0, mm1, mm2, mm3, mm4 }) => [mm0, mm1, mm2, mm3, mm4].join("-"),
  chopchop: ({ chopchop }) => yesOrNo(chopchop),
  mm10db: ({ mm10db }) => yesOrNo(mm10db),
  sgrnascorer2: ({ sgrnascorer2 }) => yesOrNo(sgrnascorer2),
  unique: ({ unique }) => yesOrNo(unique),
  warnings: ({ warnings }) => warnings.join("; "),
};

/**
 * A guide in a few words, for the pointer.
 * @param {Target} target
 */
export function hintOf(target) {
  return `No. ${target.id} · ${target.guide} ${target.pam} · MIT ${textOf("mit", target)}, CFD ${textOf("cfd", target)} · efficient: ${textOf("efficient", target)}`;
}

/**
 * @param {string} column
 * @param {Target} target
 * @returns {string | number | null | undefined}
 */
export function textOf(column, target) {
  return TEXTS[column]?.(target) ?? /** @type {any} */ (target)[column];
}
