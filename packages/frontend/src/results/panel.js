import { guarded } from "../boundary.js";
import { fill, h } from "../dom.js";
import { count } from "../format.js";
import { guideDialog } from "../guide/dialog.js";
import { Observable } from "../observable.js";
import { MEANINGS } from "./columns.js";
import { filterBar } from "./filter-bar.js";
import { ALL, filtered } from "./filters.js";
import { guideMap } from "./map.js";
import { columnMenu, exportMenu } from "./menus.js";
import { printedTable } from "./print.js";
import { scatter } from "./scatter.js";
import { banners, summarise } from "./summary.js";
import { targetTable } from "./table.js";
import { readTargets } from "./targets.js";

/**
 * @import {Api} from "../api.js"
 * @import {Job, Target} from "../types.js"
 * @import {Filter} from "./filters.js"
 */

// As many guides as a browser sorts without a pause; more are read when asked for.
const AT_FIRST = 20_000;

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
  const tell = (/** @type {number} */ read) => fill(reading, `Reading the guides… ${count(read)} of ${count(guides)}`);
  fill(place, reading);
  const first = await readTargets(api, job.jobId, null, AT_FIRST, tell);
  if (!signal.aborted) showGuides(place, api, job, first, signal);
}

/**
 * @param {HTMLElement} place
 * @param {Api} api
 * @param {Job} job
 * @param {Awaited<ReturnType<typeof readTargets>>} first
 * @param {AbortSignal} signal
 */
function showGuides(place, api, job, first, signal) {
  const guides = job.progress.guides ?? 0;
  const all = new Observable(first.targets);
  const filter = new Observable(/** @type {Filter} */ (ALL));
  const visible = new Observable(first.targets);
  const chosen = new Observable(/** @type {Target | null} */ (null));
  const contigs = [...new Set(first.targets.map(({ contig }) => contig))];

  const summary = h("p", { class: "summary", role: "status" });
  const cautions = h("div");
  const holder = h("div", { class: "table" });
  const dialog = guideDialog(api, job);
  const choose = (/** @type {Target} */ target) => ((chosen.value = target), dialog.open(target));
  const table = targetTable(holder, first.targets, choose);
  const drawings = drawn({ all, visible, chosen, filter, choose }, job.kind, signal);
  fill(place,
    cautions,
    h("div", { class: "toolbar" }, summary, first.next !== null && moreButton(first.next), columnMenu(table), exportMenu(api, job.jobId)),
    drawings.element,
    filterBar(filter, contigs),
    holder,
    printedTable(table.shown, signal),
    explanations(),
    dialog.element,
  );
  signal.addEventListener("abort", table.destroy, { once: true });
  drawings.begin();

  const narrow = () => (visible.value = filtered(all.value, filter.value));
  all.watch((targets) => (fill(cautions, ...banners(targets)), narrow()));
  filter.watch(narrow);
  visible.watch((targets) => {
    fill(summary, summarise(all.value, targets, guides));
    void table.showOnly(targets.length === all.value.length ? null : new Set(targets.map(({ id }) => id)));
  });
  chosen.watch((target) => target && void table.mark(target.id));

  /** @param {string} next */
  function moreButton(next) {
    const button = h("button", { type: "button", click: more }, `Read the other ${count(guides - first.targets.length)} guides`);
    return button;
    async function more() {
      button.disabled = true;
      const rest = await readTargets(api, job.jobId, next, Infinity, (read) => (button.textContent = `${count(read)} read`));
      if (signal.aborted) return;
      const targets = [...all.value, ...rest.targets];
      await table.replace(targets);
      all.value = targets;
      button.remove();
    }
  }
}

/**
 * Map and plot, side by side where there is room. Guides of one's own lie on no sequence.
 * @param {Parameters<typeof scatter>[0]} state
 * @param {Job["kind"]} kind
 * @param {AbortSignal} signal
 */
function drawn(state, kind, signal) {
  const parts = kind === "guides" ? [scatter(state, signal)] : [guideMap(state, signal), scatter(state, signal)];
  const element = h("div", { class: "drawings" }, ...parts.map((part) => part.element));
  return { element, begin: () => parts.forEach((part) => void guarded(part.element, "drawing", part.begin)) };
}

function explanations() {
  const entries = Object.values(MEANINGS).flatMap(({ title, text }) => [h("dt", {}, title), h("dd", {}, text)]);
  return h("details", { class: "meanings" }, h("summary", {}, "What the columns mean"), h("dl", {}, ...entries));
}
