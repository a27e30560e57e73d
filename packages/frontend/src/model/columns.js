/** The columns of the results. The API describes them; here is how the page derives and writes their values. */

import { commonCfd, cutOf } from "./figures.js";
import { locationOf } from "./format.js";

/**
 * @import {About, Column, Job, Target} from "../types.js"
 */

/** The columns that the table shows until the user chooses others: on wide screens, and on all screens. */
const SHOWN_WIDE = ["id", "pam", "cfd", "sites", "consensus", "location", "strand", "gc", "warnings"];
const SHOWN_ALWAYS = ["guide", "efficient", "specific", "mit"];
// A list of guides has no locations in a sequence.
const LOCATIONS = ["contig", "location", "cut", "strand"];

/**
 * Figures that are no fields of a target.
 * @type {Record<string, (target: Target) => string | number>}
 */
const DERIVED = {
  location: locationOf,
  cut: cutOf,
  common_cfd: commonCfd,
  sites: ({ mm0, mm1, mm2, mm3, mm4 }) => [mm0, mm1, mm2, mm3, mm4].join("-"),
};

/** Columns and warnings of targets, as the API describes them. */
export class Columns {
  #columns;
  #warnings;

  /** @param {Pick<About, "columns" | "warnings">} about */
  constructor({ columns, warnings }) {
    this.#columns = new Map(columns.map((column) => [column.name, column]));
    this.#warnings = warnings;
  }

  /** @returns {Column[]} */
  all() {
    return [...this.#columns.values()];
  }

  /**
   * @param {string} name
   * @returns {Column}
   */
  get(name) {
    const column = this.#columns.get(name);
    if (!column) throw new Error(`The service does not describe the column ${name}.`);
    return column;
  }

  /**
   * Return a column of a target as text: for cells, paper and spreadsheets.
   * @param {string} name
   * @param {Target} target
   * @returns {string | number | null} null if the value is unknown
   */
  textOf(name, target) {
    const value = DERIVED[name]?.(target) ?? /** @type {Record<string, unknown>} */ (target)[name] ?? null;
    const { decimals } = this.get(name);
    if (typeof value === "number") return decimals === null ? value : value.toFixed(decimals);
    if (typeof value === "boolean") return value ? "yes" : "no";
    if (Array.isArray(value)) return value.join("; ");
    return value === null ? null : String(value);
  }

  /**
   * Return a target in a few words, for tooltips.
   * @param {Target} target
   */
  summaryOf(target) {
    const [mit, cfd, efficient] = ["mit", "cfd", "efficient"].map((name) => this.textOf(name, target));
    return `No. ${target.id} · ${target.guide} ${target.pam} · MIT ${mit}, CFD ${cfd} · efficient: ${efficient}`;
  }

  /**
   * Return what a warning means.
   * @param {string} warning as a target has it
   */
  meaningOf(warning) {
    return this.#warnings.find(({ name }) => warning.endsWith(name))?.text ?? "";
  }
}

/**
 * Tell whether a column has a value for a job's guides.
 * @param {string} column
 * @param {Job["kind"]} kind
 */
export function appliesTo(column, kind) {
  return kind === "sequence" || !LOCATIONS.includes(column);
}

/**
 * Return the columns that the table shows until the user chooses others.
 * @param {Target[]} targets
 * @param {boolean} wide the screen is wide
 */
export function usualColumns(targets, wide) {
  const severalContigs = new Set(targets.map(({ contig }) => contig)).size > 1;
  const annotated = targets.some(({ gene }) => gene);
  return [
    ...SHOWN_ALWAYS,
    ...(wide ? SHOWN_WIDE : []),
    ...(severalContigs ? ["contig"] : []),
    ...(annotated ? ["gene"] : []),
  ];
}
