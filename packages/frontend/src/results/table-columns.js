/** The columns of the table: how they are drawn and sorted, and which of them are shown. */

import { h } from "../dom/elements.js";
import { appliesTo, usualColumns } from "../model/columns.js";
import { commonCfd, cutOf } from "../model/figures.js";
import { recall, remember } from "../model/storage.js";
import { bySites, cellsOf, guideButton, range, strand, verdict } from "./cells.js";

/**
 * @import {CellComponent, ColumnDefinition} from "tabulator-tables"
 * @import {Columns} from "../model/columns.js"
 * @import {Job, Target} from "../types.js"
 */

const SHOWN = "shown-columns";

/**
 * Return the columns of the table, in order.
 * @param {Columns} columns
 * @param {Target[]} targets
 * @param {Job["kind"]} kind
 * @returns {ColumnDefinition[]}
 */
export function tableColumns(columns, targets, kind) {
  // On a phone, two columns that do not scroll would leave no room for others.
  const wide = matchMedia("(min-width: 46rem)").matches;
  const shown = shownColumns(targets, wide);
  return definitions(columns, wide)
    .filter(([name]) => appliesTo(name, kind))
    .map(([name, more]) => {
      const { title, text } = columns.get(name);
      return {
        field: name,
        title,
        headerTooltip: text,
        titleFormatter: sortButton,
        visible: shown.includes(name),
        ...more,
      };
    });
}

/**
 * @param {Columns} columns
 * @param {boolean} wide
 * @returns {[string, Partial<ColumnDefinition>][]}
 */
function definitions(columns, wide) {
  const cells = cellsOf(columns);
  const right = /** @type {const} */ ({ hozAlign: "right", headerHozAlign: "right" });
  const number = { ...right, formatter: cells.text };
  const text = { formatter: cells.text };
  return [
    ["id", { ...right, frozen: wide }],
    ["guide", { formatter: guideButton, cssClass: "sequence", frozen: wide }],
    ["pam", { cssClass: "sequence" }],
    ["strand", { formatter: strand, hozAlign: "center", headerHozAlign: "center" }],
    ["contig", { maxWidth: 180 }],
    ["location", { ...right, formatter: range, mutatorData: (_value, target) => target.start }],
    ["cut", { ...number, mutatorData: (_value, target) => cutOf(target) }],
    ["gc", number],
    ["efficient", { formatter: verdict }],
    ["consensus", number],
    ["specific", { formatter: verdict }],
    ["mit", number],
    ["cfd", number],
    ["common_cfd", { ...number, mutatorData: (_value, target) => commonCfd(target) }],
    ["sites", { ...right, formatter: cells.sites, sorter: bySites }],
    ["mm0", number],
    ["mm1", number],
    ["mm2", number],
    ["mm3", number],
    ["mm4", number],
    ["chopchop", text],
    ["mm10db", text],
    ["sgrnascorer2", text],
    ["sgrnascorer2_score", number],
    ["energy", number],
    ["structure", { cssClass: "sequence", maxWidth: 220 }],
    ["unique", text],
    ["gene", {}],
    ["feature", {}],
    ["warnings", { formatter: cells.warnings, minWidth: 120 }],
  ];
}

/**
 * Return the columns to show: those that the user chose before, or the usual ones.
 * @param {Target[]} targets
 * @param {boolean} wide
 * @returns {string[]}
 */
function shownColumns(targets, wide) {
  const chosen = recall(SHOWN, /** @type {string[] | null} */ (null));
  return wide && Array.isArray(chosen) ? chosen : usualColumns(targets, wide);
}

/**
 * Remember the columns that the user chose.
 * @param {string[]} names
 */
export function rememberColumns(names) {
  remember(SHOWN, names);
}

/**
 * A click on a heading sorts; a button in it lets keyboards do so too.
 * @param {CellComponent} heading
 */
function sortButton(heading) {
  return h("button", { type: "button", class: "sort" }, heading.getValue());
}
