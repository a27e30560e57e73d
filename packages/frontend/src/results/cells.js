/** How the table's cells are drawn. */

import { h } from "../dom/elements.js";
import { placeOf, strandSign } from "../model/format.js";
import { meaningOf } from "../model/warnings.js";

/**
 * @import {CellComponent, Formatter} from "tabulator-tables"
 * @import {Target} from "../types.js"
 */

/** @param {CellComponent} cell */
function target(cell) {
  return /** @type {Target} */ (cell.getData());
}

/** @param {CellComponent} cell */
export function guideButton(cell) {
  return h(
    "button",
    { type: "button", class: "guide", "data-id": target(cell).id, "aria-label": `${cell.getValue()}: details` },
    cell.getValue(),
  );
}

/** @param {CellComponent} cell */
export function verdict(cell) {
  const good = cell.getValue();
  return h("span", { class: good ? "verdict good" : "verdict bad" }, good ? "✓ yes" : "✗ no");
}

/** @param {CellComponent} cell */
export function yesOrNo(cell) {
  return cell.getValue() ? "yes" : "no";
}

/** @param {CellComponent} cell */
export function place(cell) {
  return placeOf(target(cell));
}

/** @param {CellComponent} cell */
export function strand(cell) {
  return strandSign(cell.getValue());
}

/** @param {CellComponent} cell */
export function sites(cell) {
  const { mm0, mm1, mm2, mm3, mm4 } = target(cell);
  return h("span", { class: mm0 > 1 ? "several" : "" }, [mm0, mm1, mm2, mm3, mm4].join("-"));
}

/** @param {CellComponent} cell */
export function warnings(cell) {
  return h(
    "span",
    { class: "warnings" },
    ...target(cell).warnings.map((text) => h("span", { class: "warning", title: meaningOf(text) }, text)),
  );
}

/**
 * @param {number} digits
 * @returns {Formatter}
 */
export function decimals(digits) {
  return (cell) => {
    const value = cell.getValue();
    return value === null || value === undefined ? "" : value.toFixed(digits);
  };
}

/** Sites are compared as they are risky: those with fewer mismatches first. */
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
