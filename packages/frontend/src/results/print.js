import { fill, h } from "../dom.js";
import { strandSign } from "../format.js";

/**
 * @import {Target} from "../types.js"
 */

const MOST = 500;

/**
 * A plain table on paper: the one on the screen holds only the rows in sight.
 * @param {() => Target[]} shown
 * @param {AbortSignal} signal
 */
export function printedTable(shown, signal) {
  const element = h("div", { class: "printed" });
  addEventListener("beforeprint", () => fill(element, table(shown())), { signal });
  addEventListener("afterprint", () => fill(element), { signal });
  return element;
}

/** @param {Target[]} targets */
function table(targets) {
  const titles = ["No.", "Guide", "PAM", "Place", "GC %", "Efficient", "Specific", "MIT", "CFD", "Sites 0-1-2-3-4", "Warnings"];
  const note = targets.length > MOST ? h("caption", {}, `The first ${MOST} of ${targets.length} guides.`) : null;
  return h("table", {}, note,
    h("thead", {}, h("tr", {}, ...titles.map((title) => h("th", { scope: "col" }, title)))),
    h("tbody", {}, ...targets.slice(0, MOST).map(row)));
}

/** @param {Target} target */
function row(target) {
  const { id, guide, pam, contig, start, end, strand, gc, efficient, specific, mit, cfd, mm0, mm1, mm2, mm3, mm4, warnings } = target;
  const cells = [id, h("code", {}, guide), pam, `${contig}:${start}-${end} ${strandSign(strand)}`, gc, efficient ? "yes" : "no", specific ? "yes" : "no", mit.toFixed(2), cfd.toFixed(2), [mm0, mm1, mm2, mm3, mm4].join("-"), warnings.join("; ")];
  return h("tr", {}, ...cells.map((cell) => h("td", {}, cell)));
}
