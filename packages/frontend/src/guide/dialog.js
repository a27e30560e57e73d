import { ApiError } from "../api.js";
import { copyButton } from "../dom/copy.js";
import { fill, h } from "../dom/elements.js";
import { failure } from "../dom/failures.js";
import { cutOf } from "../model/figures.js";
import { locationOf, strandSign } from "../model/format.js";
import { readOffTargets } from "../model/read-off-targets.js";
import { browserPanel } from "./browser-panel.js";
import { offTargetList } from "./off-targets.js";
import { oligoPanel } from "./oligo-panel.js";
import { scoreTable } from "./scores.js";

/**
 * @import {Api} from "../api.js"
 * @import {Columns} from "../model/columns.js"
 * @import {Job, OffTarget, Target} from "../types.js"
 */

/**
 * Create the dialog about one guide: its scores, the sites that it may bind, the oligos to order.
 * @param {Api} api
 * @param {Job} job
 * @param {Columns} columns
 */
export function guideDialog(api, job, columns) {
  const heading = h("h2", { id: "guide-title" });
  const content = h("div", { class: "content", tabindex: 0, role: "region", "aria-labelledby": heading.id });
  const close = h("button", { type: "button", "aria-label": "Close", click: () => dialog.close() }, "✕");
  const dialog = h(
    "dialog",
    { class: "details", "aria-labelledby": heading.id },
    h("div", { class: "title" }, heading, close),
    content,
  );
  let leave = () => {};
  // A click outside of the dialog's content hits the dialog itself.
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => leave());
  let asking = new AbortController();

  /** @param {Target} target */
  function open(target) {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    const opened = Date.now();
    /** @type {OffTarget[]} */
    let offTargets = [];
    const browser = browserPanel(api, job.genome, () => offTargets);
    const state = h("span", {}, "Searching the genome…");
    const list = h("section", { class: "off-targets", "aria-label": "Off-targets" }, h("p", { role: "status" }, state));
    fill(heading, "Guide ", h("code", {}, target.guide), " ", h("code", { class: "pam" }, target.pam));
    fill(
      content,
      facts(target, job.kind),
      ...cautions(columns, target),
      scoreTable(columns, target),
      h("h3", {}, "Sites in the genome"),
      list,
      browser.element,
      oligoPanel(target),
    );
    leave = () => {
      browser.close();
      asking.abort();
    };
    dialog.showModal();
    content.scrollTop = 0;
    readOffTargets(api, job.jobId, target.id, signal, (progress) => {
      const seconds = Math.round((Date.now() - opened) / 1000);
      fill(state, `${progress ?? "Searching the genome"} (${seconds} s so far)…`);
    })
      .then((found) => {
        if (signal.aborted) return;
        ({ offTargets } = found);
        fill(list, ...offTargetList(found, target, browser.locate));
      })
      .catch((error) => {
        if (signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        fill(list, failure(h("strong", {}, `${error.title}.`), ` ${error.message}`));
      });
  }

  return { element: dialog, open };
}

/**
 * @param {Target} target
 * @param {Job["kind"]} kind
 */
function facts(target, kind) {
  const { id, strand, gc, efficient, specific, guide, pam, gene, feature } = target;
  const verdict = (/** @type {boolean} */ good, /** @type {string} */ name) =>
    h("span", { class: good ? "verdict good" : "verdict bad" }, good ? `✓ ${name}` : `✗ not ${name}`);
  return h(
    "div",
    { class: "facts" },
    h(
      "p",
      {},
      `No. ${id} · `,
      kind === "sequence" && `${locationOf(target)} ${strandSign(strand)} · cut after base ${cutOf(target)} · `,
      `GC ${gc} %`,
      (gene || feature) && ` · ${[gene, feature].filter(Boolean).join(", ")}`,
    ),
    h(
      "div",
      { class: "actions" },
      verdict(efficient, "efficient"),
      verdict(specific, "specific"),
      copyButton("Copy guide", () => guide),
      copyButton("With PAM", () => guide + pam),
    ),
  );
}

/**
 * @param {Columns} columns
 * @param {Target} target
 */
function cautions(columns, { mm0, warnings }) {
  const others = warnings.filter((warning) => !warning.includes("perfect matches"));
  return [
    mm0 > 1 &&
      h(
        "p",
        { class: "caution", role: "note" },
        h("strong", {}, `${mm0} perfect matches in the genome. `),
        columns.meaningOf("perfect matches"),
      ),
    ...others.map((warning) =>
      h("p", { class: "caution", role: "note" }, h("strong", {}, `${warning}. `), columns.meaningOf(warning)),
    ),
  ];
}
