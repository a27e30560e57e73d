import { h } from "../dom/elements.js";
import { meaning } from "../model/columns.js";
import { commonCfd } from "../model/figures.js";

/**
 * @import {Target} from "../types.js"
 */

/**
 * Every score of a guide with its threshold, formula and source.
 * @param {Target} target
 */
export function scoreTable(target) {
  const { mit, cfd, chopchop, mm10db, sgrnascorer2, sgrnascorer2_score, consensus, efficient, energy } = target;
  /** @type {[string, string, boolean | null][]} */
  const rows = [
    ["mit", mit.toFixed(2), mit >= 75],
    ["cfd", cfd.toFixed(2), cfd >= 75],
    ["commonCfd", commonCfd(target).toFixed(1), null],
    ["consensus", `${consensus} of 3`, efficient],
    ["chopchop", chopchop ? "yes" : "no", chopchop],
    ["mm10db", `${mm10db ? "yes" : "no"}${energy === null ? "" : `, ${energy.toFixed(1)} kcal/mol`}`, mm10db],
    ["sgrnascorer2_score", sgrnascorer2_score.toFixed(2), sgrnascorer2],
  ];
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
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            ...["Score", "Value", "Good", "Formula, threshold, source"].map((title) =>
              h("th", { scope: "col" }, title),
            ),
          ),
        ),
        h(
          "tbody",
          {},
          ...rows.map(([name, value, good]) =>
            h(
              "tr",
              {},
              h("th", { scope: "row" }, meaning(name).title),
              h("td", { class: "number" }, value),
              h("td", {}, good === null ? "" : good ? "✓" : "✗"),
              h("td", { class: "wrap" }, meaning(name).text),
            ),
          ),
        ),
      ),
    ),
  );
}
