import { ApiError } from "../api.js";
import { copyButton } from "../dom/copy.js";
import { fill, h } from "../dom/elements.js";
import { failure } from "../dom/failures.js";
import { cutOf } from "../model/figures.js";
import { locusOf, strandSign } from "../model/format.js";
import { meaningOf } from "../model/warnings.js";
import { browserPanel } from "./browser-panel.js";
import { offTargetList } from "./off-targets.js";
import { oligoPanel } from "./oligo-panel.js";
import { scoreTable } from "./scores.js";

/**
 * @import {Api} from "../api.js"
 * @import {Job, OffTarget, Target} from "../types.js"
 */

/**
 * All about one guide: its scores, the places that it may bind, what to order.
 * @param {Api} api
 * @param {Job} job
 */
export function guideDialog(api, job) {
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
  // A click beside the dialog's content meets the dialog itself.
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => leave());
  let latest = 0;

  /** @param {Target} target */
  function open(target) {
    const ours = ++latest;
    /** @type {OffTarget[]} */
    let places = [];
    const browser = browserPanel(api, job.genome, () => places);
    const list = h(
      "section",
      { class: "off-targets", "aria-label": "Off-targets" },
      h("p", { role: "status" }, "Searching the genome…"),
    );
    fill(heading, "Guide ", h("code", {}, target.guide), " ", h("code", { class: "pam" }, target.pam));
    fill(
      content,
      facts(target, job.kind),
      ...cautions(target),
      scoreTable(target),
      h("h3", {}, "Sites in the genome"),
      list,
      browser.element,
      oligoPanel(target),
    );
    leave = browser.close;
    dialog.showModal();
    content.scrollTop = 0;
    api
      .offTargets(job.jobId, target.id)
      .then((found) => {
        places = found.offTargets;
        if (ours === latest) fill(list, ...offTargetList(found, target, browser.locate));
      })
      .catch((error) => {
        if (!(error instanceof ApiError)) throw error;
        if (ours === latest) fill(list, failure(h("strong", {}, `${error.title}.`), ` ${error.message}`));
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
      kind === "sequence" && `${locusOf(target)} ${strandSign(strand)} · cut after base ${cutOf(target)} · `,
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

/** @param {Target} target */
function cautions({ mm0, warnings }) {
  const others = warnings.filter((warning) => !warning.includes("perfect matches"));
  return [
    mm0 > 1 &&
      h(
        "p",
        { class: "caution", role: "note" },
        h("strong", {}, `${mm0} perfect matches in the genome. `),
        "The guide cuts at each of them, whatever its scores.",
      ),
    others.length > 0 &&
      h(
        "p",
        { class: "caution", role: "note" },
        ...others.flatMap((warning, index) => [
          index > 0 && "; ",
          h("strong", {}, warning),
          meaningOf(warning) && `: ${meaningOf(warning)}`,
        ]),
        ".",
      ),
  ];
}
