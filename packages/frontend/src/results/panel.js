import { fill, h } from "../dom/elements.js";
import { guarded } from "../dom/failures.js";
import { guideDialog } from "../guide/dialog.js";
import { MEANINGS } from "../model/columns.js";
import { ALL, filtered } from "../model/filters.js";
import { count } from "../model/format.js";
import { Observable } from "../model/observable.js";
import { readTargets } from "../model/read-targets.js";
import { filterBar } from "./filter-bar.js";
import { GuideMap } from "./map.js";
import { columnMenu, exportMenu } from "./menus.js";
import { printedTable } from "./print.js";
import { printedFacts } from "./print-facts.js";
import { scatter } from "./scatter.js";
import { banners, legend, summarise } from "./summary.js";
import { targetTable } from "./table.js";

/**
 * @import {Api} from "../api.js"
 * @import {Job, Target} from "../types.js"
 * @import {Filter} from "../model/filters.js"
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
  if (guides === 0)
    return fill(
      place,
      h("p", {}, "The query holds no site for SpCas9: no 20 bases are followed by NGG on either strand."),
    );
  const reading = h("p", { role: "status" }, "Reading the guides…");
  const tell = (/** @type {number} */ read) => fill(reading, `Reading the guides… ${count(read)} of ${count(guides)}`);
  fill(place, reading);
  const first = await readTargets(api, job.jobId, null, AT_FIRST, tell);
  if (!signal.aborted) new Results(place, api, job, first, signal).show();
}

/** What is shown of the guides: table, map and plot watch the same few values. */
class Results {
  /** @type {Observable<Target[]>} */
  all;
  /** @type {Observable<Target[]>} */
  visible;
  chosen = new Observable(/** @type {Target | null} */ (null));
  /** What the mouse is at, in table, map or plot. */
  pointed = new Observable(/** @type {Target | null} */ (null));
  filter = new Observable(/** @type {Filter} */ (ALL));
  #holder = h("div", { class: "table" });
  #summary = h("p", { class: "summary", role: "status" });
  #cautions = h("div");

  /**
   * @param {HTMLElement} place
   * @param {Api} api
   * @param {Job} job
   * @param {Awaited<ReturnType<typeof readTargets>>} first
   * @param {AbortSignal} signal
   */
  constructor(place, api, job, { targets, next }, signal) {
    this.place = place;
    this.api = api;
    this.job = job;
    this.next = next;
    this.signal = signal;
    this.guides = job.progress.guides ?? 0;
    this.all = new Observable(targets);
    this.visible = new Observable(targets);
    this.dialog = guideDialog(api, job);
    // What a table draws depends on its place in the page.
    fill(place, this.#holder);
    this.table = targetTable(this.#holder, targets, job.kind, this.choose, (target) => (this.pointed.value = target));
  }

  choose = (/** @type {Target} */ target) => {
    this.chosen.value = target;
    this.dialog.open(target);
  };

  show() {
    const { place, api, job, signal, table } = this;
    // Guides of one's own lie on no sequence.
    const drawings = [...(job.kind === "guides" ? [] : [new GuideMap(this, signal)]), scatter(this, signal)];
    const contigs = [...new Set(this.all.value.map(({ contig }) => contig))];
    fill(
      place,
      printedFacts(api, job, () => this.filter.value, signal),
      this.#cautions,
      h(
        "div",
        { class: "toolbar" },
        this.#summary,
        legend(),
        this.next !== null && this.#moreButton(this.next),
        h("div", { class: "menus" }, columnMenu(table), exportMenu(api, job, table)),
      ),
      h("div", { class: "drawings" }, ...drawings.map(({ element }) => element)),
      filterBar(this.filter, contigs, job.kind === "sequence"),
      this.#holder,
      printedTable(table.shown, job.kind, signal),
      explanations(),
      this.dialog.element,
    );
    for (const drawing of drawings) void guarded(drawing.element, "drawing", () => drawing.begin());
    this.#watch();
  }

  #watch() {
    const narrow = () => (this.visible.value = filtered(this.all.value, this.filter.value));
    this.all.watch((targets) => {
      fill(this.#cautions, ...banners(targets));
      narrow();
    });
    this.filter.watch(narrow);
    this.visible.watch((targets) => {
      const all = this.all.value;
      fill(this.#summary, summarise(all, targets, this.guides));
      void this.table.showOnly(targets.length === all.length ? null : new Set(targets.map(({ id }) => id)));
    });
    this.chosen.watch((target) => target && void this.table.mark(target.id));
    this.pointed.watch((target) => this.table.point(target?.id ?? null));
    this.signal.addEventListener("abort", this.table.destroy, { once: true });
  }

  /** @param {string} next */
  #moreButton(next) {
    const button = h(
      "button",
      { type: "button", click: () => this.#readMore(button, next) },
      `Read the other ${count(this.guides - this.all.value.length)} guides`,
    );
    return button;
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {string} next
   */
  async #readMore(button, next) {
    button.disabled = true;
    const rest = await readTargets(
      this.api,
      this.job.jobId,
      next,
      Infinity,
      (read) => (button.textContent = `${count(read)} read`),
    );
    if (this.signal.aborted) return;
    const targets = [...this.all.value, ...rest.targets];
    await this.table.replace(targets);
    this.all.value = targets;
    button.remove();
  }
}

function explanations() {
  const entries = Object.values(MEANINGS).flatMap(({ title, text }) => [h("dt", {}, title), h("dd", {}, text)]);
  return h("details", { class: "meanings" }, h("summary", {}, "What the columns mean"), h("dl", {}, ...entries));
}
