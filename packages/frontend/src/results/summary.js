import { h } from "../dom/elements.js";
import { VERDICTS } from "../model/figures.js";
import { count, countOf } from "../model/format.js";

/**
 * @import {Target} from "../types.js"
 */

/**
 * Return a sentence that sums up the results.
 * @param {Target[]} targets that have been read
 * @param {Target[]} visible
 * @param {number} guides of the job
 */
export function summarise(targets, visible, guides) {
  const good = targets.filter(({ efficient, specific }) => efficient && specific).length;
  const among = targets.length < guides ? ` among the first ${count(targets.length)}` : "";
  const shown = visible.length < targets.length ? `; ${count(visible.length)} shown` : "";
  return `${countOf(guides, "guide")}; ${count(good)} efficient and specific${among}${shown}`;
}

/**
 * Create the warnings that a user must not overlook: guides that cut at several sites, or at none.
 * @param {Target[]} targets
 */
export function banners(targets) {
  const several = targets.filter(({ mm0 }) => mm0 > 1).length;
  const absent = targets.filter(({ mm0 }) => mm0 === 0).length;
  return [
    several > 0 &&
      banner(
        `${countOf(several, "guide")} of ${count(targets.length)} ${several === 1 ? "has" : "have"} several perfect matches in the genome.`,
        "They cut at each of these sites. MIT does not count perfect matches, so such a guide can have a high MIT: look at the first of its five site counts. The usual causes are repeats and alternate contigs of an assembly.",
      ),
    absent > 0 &&
      banner(
        `${countOf(absent, "guide")} of ${count(targets.length)} ${absent === 1 ? "is" : "are"} not in this genome.`,
        absent === targets.length
          ? "Is it the right genome, and is the query genomic DNA rather than a transcript?"
          : "They span a splice junction, a variant or a construct, or the genome differs from the query at this site.",
      ),
  ].filter((each) => each !== false);
}

/** Create the legend of the colours in map and plot. */
export function legend() {
  return h(
    "ul",
    { class: "legend", "aria-label": "Colours" },
    ...Object.entries(VERDICTS).map(([verdict, text]) => h("li", {}, h("span", { class: `swatch ${verdict}` }), text)),
  );
}

/**
 * @param {string} fact
 * @param {string} meaning
 */
function banner(fact, meaning) {
  return h("p", { class: "caution", role: "note" }, h("strong", {}, fact), ` ${meaning}`);
}
