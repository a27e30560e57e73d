/** The filters of the results: which targets pass them, and their description. */

import { motifPattern } from "./dna.js";
import { cutOf } from "./figures.js";
import { count, strandSign } from "./format.js";

/**
 * @import {Target} from "../types.js"
 */

/**
 * A box that the user drew in the plot.
 * @typedef {object} Area
 * @property {"mit" | "cfd"} measure of its x axis
 * @property {[number, number]} x
 * @property {[number, number]} y scores of sgRNA Scorer 2.0
 */

/**
 * @typedef {object} Filter
 * @property {boolean} efficient
 * @property {boolean} specific
 * @property {boolean} clean without warnings
 * @property {"" | "+" | "-"} strand
 * @property {number | null} gcLeast in per cent
 * @property {number | null} gcMost
 * @property {string} contig empty for all
 * @property {number | null} from lowest cut position, counted from 1
 * @property {number | null} to highest cut position
 * @property {string} motif IUPAC letters, searched in guide and PAM
 * @property {boolean} without the motif must be absent
 * @property {number | null} top only this many, the best
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
 * Return the targets that pass a filter, in the order of the query.
 * @param {Target[]} targets
 * @param {Filter} filter
 * @param {(a: Target, b: Target) => number} compare sorts the better target first
 * @returns {Target[]}
 */
export function filtered(targets, filter, compare) {
  const motif = filter.motif ? motifPattern(filter.motif) : null;
  const passing = targets.filter(
    (target) => passes(target, filter) && (!motif || holds(target, motif, filter.without)),
  );
  if (filter.top === null || passing.length <= filter.top) return passing;
  return passing
    .toSorted(compare)
    .slice(0, filter.top)
    .sort((a, b) => a.id - b.id);
}

/**
 * Tell whether a target passes all but the motif and the number of the best.
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
 * Return how many of the filters are in use.
 * @param {Filter} filter
 */
export function countChoices(filter) {
  return /** @type {(keyof Filter)[]} */ (Object.keys(ALL)).filter(
    (name) => name !== "without" && filter[name] !== ALL[name],
  ).length;
}

/**
 * Describe the filters that are in use, for the printed page.
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
    contig && `contig ${contig}`,
    span("cut position", from, to),
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
