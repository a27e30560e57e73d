import { h } from "../dom/elements.js";

/**
 * @import {Columns} from "../model/columns.js"
 * @import {Target} from "../types.js"
 */

/**
 * Create the table of a guide's scores, with their formulas, thresholds and sources.
 * @param {Columns} columns
 * @param {Target} target
 */
export function scoreTable(columns, target) {
  const { chopchop, mm10db, sgrnascorer2, consensus, efficient, energy } = target;
  const text = (/** @type {string} */ name) => columns.textOf(name, target);
  const fold = energy === null ? "" : `, ${text("energy")} kcal/mol`;
  /** @type {[string, string | number | null, boolean | null][]} */
  const rows = [
    ["mit", text("mit"), accepts(columns, "mit", target.mit)],
    ["cfd", text("cfd"), accepts(columns, "cfd", target.cfd)],
    ["common_cfd", text("common_cfd"), null],
    ["consensus", `${consensus} of 3`, efficient],
    ["chopchop", text("chopchop"), chopchop],
    ["mm10db", `${text("mm10db")}${fold}`, mm10db],
    ["sgrnascorer2_score", text("sgrnascorer2_score"), sgrnascorer2],
  ];
  const headings = ["Score", "Value", "Good", "Formula, threshold, source"];
  return h(
    "details",
    { class: "scores" },
    h("summary", {}, "Scores and what they mean"),
    h(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "Scores" },
      h(
        "table",
        { class: "plain" },
        h("thead", {}, h("tr", {}, ...headings.map((heading) => h("th", { scope: "col" }, heading)))),
        h("tbody", {}, ...rows.map(([name, value, good]) => row(columns, name, value, good))),
      ),
    ),
  );
}

/**
 * Tell whether a value reaches the threshold of its column.
 * @param {Columns} columns
 * @param {string} name
 * @param {number} value
 */
function accepts(columns, name, value) {
  const { threshold } = columns.get(name);
  return threshold === null ? null : value >= threshold;
}

/**
 * @param {Columns} columns
 * @param {string} name
 * @param {string | number | null} value
 * @param {boolean | null} good null for a score without a threshold
 */
function row(columns, name, value, good) {
  const { title, text } = columns.get(name);
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, title),
    h("td", { class: "number" }, value),
    h("td", {}, good === null ? "" : good ? "✓" : "✗"),
    h("td", { class: "wrap" }, text),
  );
}
