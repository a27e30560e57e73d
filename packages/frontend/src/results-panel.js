import { MEANINGS } from "./columns.js";
import { fill, h } from "./dom.js";
import { offTargetsDialog } from "./off-targets.js";
import { targetTable } from "./table.js";
import { readTargets } from "./targets.js";

/**
 * @import {Api} from "./api.js"
 * @import {ExportFormat, Job, Target} from "./types.js"
 */

// As many guides as a browser sorts without a pause; more are read when asked for.
const AT_FIRST = 20_000;
/** @type {ExportFormat[]} */
const FORMATS = ["csv", "tsv", "json", "bed", "gff3"];

/**
 * The guides of a complete job.
 * @param {HTMLElement} place
 * @param {Api} api
 * @param {Job} job
 * @param {AbortSignal} signal ends the reading and drops the table
 */
export async function resultsPanel(place, api, job, signal) {
  const guides = job.progress.guides ?? 0;
  if (guides === 0) return fill(place, h("p", {}, "The query holds no site for SpCas9: no 20 bases are followed by NGG on either strand."));
  const reading = h("p", { role: "status" }, "Reading the guides…");
  const tell = (/** @type {number} */ read) => fill(reading, `Reading the guides… ${read.toLocaleString("en")} of ${guides.toLocaleString("en")}`);
  fill(place, reading);
  const first = await readTargets(api, job.jobId, null, AT_FIRST, tell);
  if (signal.aborted) return;

  const targets = first.targets;
  const summary = h("p", { class: "summary" });
  const only = h("input", { type: "checkbox", id: "only-good" });
  const holder = h("div", { class: "table" });
  const dialog = offTargetsDialog(api, job.jobId);
  fill(place,
    h("div", { class: "toolbar" },
      summary,
      h("label", { for: "only-good" }, only, "Only efficient and specific"),
      downloads(api, job.jobId),
    ),
    holder,
    explanations(),
    dialog.element,
  );
  fill(summary, describe(targets, guides));
  const table = targetTable(holder, targets, dialog.open);
  only.addEventListener("change", () => table.showOnlyGood(only.checked));
  signal.addEventListener("abort", table.destroy, { once: true });
  if (first.next !== null) holder.before(moreButton(first.next));

  /** @param {string} next */
  function moreButton(next) {
    const button = h("button", { type: "button", click: more }, `Read the other ${(guides - targets.length).toLocaleString("en")} guides`);
    return button;
    async function more() {
      button.disabled = true;
      const rest = await readTargets(api, job.jobId, next, Infinity, (read) => (button.textContent = `${read.toLocaleString("en")} read`));
      if (signal.aborted) return;
      targets.push(...rest.targets);
      await table.replace(targets);
      fill(summary, describe(targets, guides));
      button.remove();
    }
  }
}

/**
 * @param {Target[]} targets
 * @param {number} guides of the job
 */
function describe(targets, guides) {
  const good = targets.filter(({ efficient, specific }) => efficient && specific).length;
  const among = targets.length < guides ? ` among the first ${targets.length.toLocaleString("en")}` : "";
  const all = guides === 1 ? "One guide" : `${guides.toLocaleString("en")} guides`;
  return `${all}; ${good.toLocaleString("en")} efficient and specific${among}`;
}

/**
 * @param {Api} api
 * @param {string} jobId
 */
function downloads(api, jobId) {
  const links = FORMATS.map((format) => h("a", { href: api.exportAddress(jobId, format), download: `crackling-${jobId}.${format}` }, format.toUpperCase()));
  return h("nav", { class: "downloads", "aria-label": "Download all guides" }, h("span", {}, "Download"), ...links);
}

function explanations() {
  const entries = Object.values(MEANINGS).flatMap(({ title, text }) => [h("dt", {}, title), h("dd", {}, text)]);
  return h("details", { class: "meanings" }, h("summary", {}, "What the columns mean"), h("dl", {}, ...entries));
}
