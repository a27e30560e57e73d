import { fill, h } from "../dom/elements.js";
import { textOf } from "../model/cell-text.js";
import { meaning, tells } from "../model/columns.js";

/**
 * @import {Job, Target} from "../types.js"
 */

const MOST = 500;
const COLUMNS = [
  "id",
  "guide",
  "pam",
  "place",
  "strand",
  "gc",
  "efficient",
  "specific",
  "mit",
  "cfd",
  "sites",
  "warnings",
];

/**
 * A plain table on paper: the one on the screen holds only the rows in sight.
 * @param {() => Target[]} shown
 * @param {Job["kind"]} kind
 * @param {AbortSignal} signal
 */
export function printedTable(shown, kind, signal) {
  const columns = COLUMNS.filter((column) => tells(column, kind));
  const element = h("div", { class: "printed" });
  addEventListener("beforeprint", () => fill(element, table(shown(), columns)), { signal });
  addEventListener("afterprint", () => fill(element), { signal });
  return element;
}

/**
 * @param {Target[]} targets
 * @param {string[]} columns
 */
function table(targets, columns) {
  const note = targets.length > MOST ? h("caption", {}, `The first ${MOST} of ${targets.length} guides.`) : null;
  return h(
    "table",
    {},
    note,
    h("thead", {}, h("tr", {}, ...columns.map((column) => h("th", { scope: "col" }, meaning(column).title)))),
    h(
      "tbody",
      {},
      ...targets.slice(0, MOST).map((target) => h("tr", {}, ...columns.map((column) => cell(column, target)))),
    ),
  );
}

/**
 * @param {string} column
 * @param {Target} target
 */
function cell(column, target) {
  const text = textOf(column, target);
  return h("td", {}, column === "guide" ? h("code", {}, text) : text);
}
