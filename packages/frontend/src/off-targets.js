import { countByMismatches, runsOf } from "./alignment.js";
import { ApiError } from "./api.js";
import { fill, h } from "./dom.js";

/**
 * @import {Api} from "./api.js"
 * @import {OffTarget, OffTargets, Target} from "./types.js"
 */

/**
 * The places in the genome that one guide may bind.
 * @param {Api} api
 * @param {string} jobId
 */
export function offTargetsDialog(api, jobId) {
  const heading = h("h2", { id: "off-targets-title" });
  const content = h("div", { class: "content", tabindex: 0, role: "region", "aria-labelledby": heading.id });
  const close = h("button", { type: "button", "aria-label": "Close", click: () => dialog.close() }, "✕");
  const dialog = h("dialog", { class: "off-targets", "aria-labelledby": heading.id }, h("div", { class: "title" }, heading, close), content);
  // A click beside the dialog's content meets the dialog itself.
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  let latest = 0;

  /** @param {Target} target */
  async function open(target) {
    fill(heading, "Guide ", h("code", {}, target.guide), " ", h("code", { class: "pam" }, target.pam));
    fill(content, h("p", { role: "status" }, "Searching the genome…"));
    dialog.showModal();
    const ours = ++latest;
    try {
      const found = await api.offTargets(jobId, target.id);
      if (ours === latest) fill(content, ...describe(found, target));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (ours === latest) fill(content, h("p", { class: "trouble", role: "alert" }, h("strong", {}, error.title), ` ${error.message}`));
    }
  }

  return { element: dialog, open };
}

/**
 * @param {OffTargets} found
 * @param {Target} target
 */
function describe({ guide, total, offTargets }, target) {
  if (total === 0) return [h("p", {}, "No place in the genome is within 4 mismatches of this guide: it is not in this genome either.")];
  const counts = total > offTargets.length ? [target.mm0, target.mm1, target.mm2, target.mm3, target.mm4] : countByMismatches(offTargets);
  return [
    h("p", {}, total === 1 ? "One place" : `${total.toLocaleString("en")} places`, " within 4 mismatches: ",
      counts.map((count, mismatches) => `${count.toLocaleString("en")} with ${mismatches}`).join(", "), "."),
    total > offTargets.length && h("p", { class: "note" }, `The ${offTargets.length.toLocaleString("en")} closest are listed.`),
    h("table", {},
      h("thead", {}, h("tr", {}, ...["Mismatches", "Site", "PAM", "Place", "MIT", "CFD"].map((title) => h("th", { scope: "col" }, title)))),
      h("tbody", {},
        h("tr", { class: "query" }, h("td", {}, "guide"), h("td", {}, h("code", {}, guide)), h("td", {}, h("code", {}, "NRG")), h("td"), h("td"), h("td")),
        ...offTargets.map(row),
      ),
    ),
    h("p", { class: "hint" }, "A dot is a base that matches the guide. Places are counted from 0, half-open, and cover site and PAM. MIT runs from 0 to 100, CFD from 0 to 1; a place with a low score is unlikely to be cut."),
  ];
}

/** @param {OffTarget} place */
function row({ mismatches, site, alignment, pam, contig, start, end, strand, mit, cfd }) {
  const runs = runsOf(site, alignment).map(({ text, mismatch }) => (mismatch ? h("mark", {}, text) : ".".repeat(text.length)));
  return h("tr", {},
    h("td", {}, mismatches),
    h("td", {}, h("code", { title: site }, ...runs)),
    h("td", {}, h("code", {}, pam)),
    h("td", { class: "place" }, `${contig}:${start}-${end} ${strand === "-" ? "−" : "+"}`),
    h("td", {}, mit.toFixed(2)),
    h("td", {}, cfd.toFixed(4)),
  );
}
