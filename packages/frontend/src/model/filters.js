import { motifPattern } from "./dna.js";
import { byRank, cutOf } from "./figures.js";
import { count, strandSign } from "./format.js";

/**
 * @import {Target} from "../types.js"
 */

/**
 * A box drawn in the plot.
 * @typedef {object} Area
 * @property {"mit" | "cfd"} measure what its x is
 * @property {[number, number]} x
 * @property {[number, number]} y sgRNAScorer's score
 */

/**
 * @typedef {object} Filter
 * @property {boolean} efficient
 * @property {boolean} specific
 * @property {boolean} clean no warnings
 * @property {"" | "+" | "-"} strand
 * @property {number | null} gcLeast per cent
 * @property {number | null} gcMost
 * @property {string} contig empty for all
 * @property {number | null} from of the cut site, counted from 1
 * @property {number | null} to
 * @property {string} motif IUPAC letters, in guide and PAM
 * @property {boolean} without the motif must be absent
 * @property {number | null} top at most so many, the best
 * @property {Area | null} area
 */

/** @type {Filter} */
export const ALL = {
  efficient: false,
  specific: false,
  clean: false,
  strand: "",
  gcLeast: null,
  gcMost: null,
  contig: "",
  from: null,
  to: null,
  motif: "",
  without: false,
  top: null,
  area: null,
};

/**
 * The targets that pass, in query order.
 * @param {Target[]} targets
 * @param {Filter} filter
 * @returns {Target[]}
 */
export function filtered(targets, filter) {
  const motif = filter.motif ? motifPattern(filter.motif) : null;
  const passing = targets.filter(
    (target) => passes(target, filter) && (!motif || holds(target, motif, filter.without)),
  );
  if (filter.top === null || passing.length <= filter.top) return passing;
  return passing
    .toSorted(byRank)
    .slice(0, filter.top)
    .sort((a, b) => a.id - b.id);
}

/**
 * @param {Target} target
 * @param {Filter} filter
 */
function passes(target, { efficient, specific, clean, strand, gcLeast, gcMost, contig, from, to, area }) {
  return (
    (!efficient || target.efficient) &&
    (!specific || target.specific) &&
    (!clean || target.warnings.length === 0) &&
    (!strand || target.strand === strand) &&
    within(target.gc, gcLeast, gcMost) &&
    (!contig || target.contig === contig) &&
    within(cutOf(target), from, to) &&
    (!area || (within(target[area.measure], ...area.x) && within(target.sgrnascorer2_score, ...area.y)))
  );
}

/**
 * @param {number} value
 * @param {number | null} least
 * @param {number | null} most
 */
function within(value, least, most) {
  return (least === null || value >= least) && (most === null || value <= most);
}

/**
 * @param {Target} target
 * @param {RegExp} motif
 * @param {boolean} without
 */
function holds({ guide, pam }, motif, without) {
  return motif.test(guide + pam) !== without;
}

/**
 * How many of the choices are in force.
 * @param {Filter} filter
 */
export function countChoices(filter) {
  return /** @type {(keyof Filter)[]} */ (Object.keys(ALL)).filter(
    (name) => name !== "without" && filter[name] !== ALL[name],
  ).length;
}

/**
 * Which guides the table holds.
 * @param {Filter} filter
 */
export function describeFilter({
  efficient,
  specific,
  clean,
  strand,
  gcLeast,
  gcMost,
  contig,
  from,
  to,
  motif,
  without,
  top,
  area,
}) {
  return [
    efficient && "efficient",
    specific && "specific",
    clean && "no warnings",
    strand && `strand ${strandSign(strand)}`,
    span("GC %", gcLeast, gcMost),
    contig && `sequence ${contig}`,
    span("cut site", from, to),
    motif && `${without ? "without" : "with"} ${motif}`,
    area && `${span(area.measure.toUpperCase(), ...area.x)}, ${span("SVM score", ...area.y)}`,
    top !== null && `the best ${count(top)}`,
  ]
    .filter(Boolean)
    .join("; ");
}

/**
 * @param {string} name
 * @param {number | null} least
 * @param {number | null} most
 */
function span(name, least, most) {
  if (least === null && most === null) return "";
  const figure = (/** @type {number} */ value) => String(Math.round(value * 100) / 100);
  if (most === null) return `${name} from ${figure(Number(least))}`;
  return least === null ? `${name} up to ${figure(most)}` : `${name} ${figure(least)} to ${figure(most)}`;
}
