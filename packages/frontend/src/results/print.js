import { fill, h } from "../dom/elements.js";
import { appliesTo } from "../model/columns.js";

/**
 * @import {Columns} from "../model/columns.js"
 * @import {Job, Target} from "../types.js"
 */

const MOST = 500;
const COLUMNS = [
  "id",
  "guide",
  "pam",
  "location",
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
 * Create the table of the printed page. The table on the screen holds only the rows in sight.
 * @param {Columns} columns
 * @param {() => Target[]} shown
 * @param {Job["kind"]} kind
 * @param {AbortSignal} signal
 */
export function printedTable(columns, shown, kind, signal) {
  const names = COLUMNS.filter((name) => appliesTo(name, kind));
  const element = h("div", { class: "printed" });
  addEventListener("beforeprint", () => fill(element, table(columns, names, shown())), { signal });
  addEventListener("afterprint", () => fill(element), { signal });
  return element;
}

/**
 * @param {Columns} columns
 * @param {string[]} names of the columns
 * @param {Target[]} targets
 */
function table(columns, names, targets) {
  const note = targets.length > MOST ? h("caption", {}, `The first ${MOST} of ${targets.length} guides.`) : null;
  return h(
    "table",
    {},
    note,
    h("thead", {}, h("tr", {}, ...names.map((name) => h("th", { scope: "col" }, columns.get(name).title)))),
    h(
      "tbody",
      {},
      ...targets.slice(0, MOST).map((target) => h("tr", {}, ...names.map((name) => cell(columns, name, target)))),
    ),
  );
}

/**
 * @param {Columns} columns
 * @param {string} name
 * @param {Target} target
 */
function cell(columns, name, target) {
  const text = columns.textOf(name, target);
  return h("td", {}, name === "guide" ? h("code", {}, text) : text);
}
