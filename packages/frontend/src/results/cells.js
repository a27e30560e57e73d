/** Draw the cells of the table. */

import { h } from "../dom/elements.js";
import { rangeOf, strandSign } from "../model/format.js";

/**
 * @import {CellComponent} from "tabulator-tables"
 * @import {Columns} from "../model/columns.js"
 * @import {Target} from "../types.js"
 */

/** @param {CellComponent} cell */
function targetOf(cell) {
  return /** @type {Target} */ (cell.getData());
}

/** @param {CellComponent} cell */
export function guideButton(cell) {
  return h(
    "button",
    { type: "button", class: "guide", "data-id": targetOf(cell).id, "aria-label": `${cell.getValue()}: details` },
    cell.getValue(),
  );
}

/** @param {CellComponent} cell */
export function verdict(cell) {
  const good = cell.getValue();
  return h("span", { class: good ? "verdict good" : "verdict bad" }, good ? "✓ yes" : "✗ no");
}

/**
 * The contig has a column of its own.
 * @param {CellComponent} cell
 */
export function range(cell) {
  return rangeOf(targetOf(cell));
}

/** @param {CellComponent} cell */
export function strand(cell) {
  return strandSign(cell.getValue());
}

/** @param {Columns} columns */
export function cellsOf(columns) {
  return {
    /**
     * An element, because Tabulator takes a string for markup.
     * @param {CellComponent} cell
     */
    text: (cell) => h("span", {}, columns.textOf(cell.getField(), targetOf(cell))),
    /** @param {CellComponent} cell */
    sites(cell) {
      const target = targetOf(cell);
      return h("span", { class: target.mm0 > 1 ? "several" : "" }, columns.textOf("sites", target));
    },
    /** @param {CellComponent} cell */
    warnings: (cell) =>
      h(
        "span",
        { class: "warnings" },
        ...targetOf(cell).warnings.map((warning) =>
          h("span", { class: "warning", title: columns.meaningOf(warning) }, warning),
        ),
      ),
  };
}

/** Compare targets by their sites; those with fewer mismatches are the greater risk and come first. */
export function bySites(
  /** @type {unknown} */ _a,
  /** @type {unknown} */ _b,
  /** @type {any} */ a,
  /** @type {any} */ b,
) {
  const [one, other] = /** @type {[Target, Target]} */ ([a.getData(), b.getData()]);
  return (
    one.mm0 - other.mm0 || one.mm1 - other.mm1 || one.mm2 - other.mm2 || one.mm3 - other.mm3 || one.mm4 - other.mm4
  );
}
