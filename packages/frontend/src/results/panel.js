import { fill, h } from "../dom/elements.js";
import { guarded } from "../dom/failures.js";
import { guideDialog } from "../guide/dialog.js";
import { Columns } from "../model/columns.js";
import { ALL, filtered } from "../model/filters.js";
import { count } from "../model/format.js";
import { Observable } from "../model/observable.js";
import { comparison } from "../model/ranking.js";
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
 * @import {About, Job, Target} from "../types.js"
 * @import {Filter} from "../model/filters.js"
 */

// A browser sorts this many guides without a noticeable delay; the others are read on request.
const AT_FIRST = 20_000;

/**
 * Show the guides of a complete job.
 * @param {HTMLElement} container
 * @param {Api} api
 * @param {Job} job
 * @param {AbortSignal} signal stops reading and removes the table
 */
export async function resultsPanel(container, api, job, signal) {
  const guides = job.progress.guides ?? 0;
  if (guides === 0)
    return fill(
      container,
      h("p", {}, "The query has no site for SpCas9: on neither strand are there 20 bases followed by NGG."),
    );
  const reading = h("p", { role: "status" }, "Reading the guides…");
  const onProgress = (/** @type {number} */ read) =>
    fill(reading, `Reading the guides… ${count(read)} of ${count(guides)}`);
  fill(container, reading);
  const [about, first] = await Promise.all([api.about(), readTargets(api, job.jobId, null, AT_FIRST, onProgress)]);
  if (!signal.aborted) new Results(container, { api, about, job, signal }, first).show();
}

/** The guides of a job. Table, map and plot watch the same observables. */
class Results {
  /** @type {Observable<Target[]>} */
  all;
  /** @type {Observable<Target[]>} */
  visible;
  chosen = new Observable(/** @type {Target | null} */ (null));
  /** The target that the mouse points at in table, map or plot. */
  pointed = new Observable(/** @type {Target | null} */ (null));
  filter = new Observable(/** @type {Filter} */ (ALL));
  #holder = h("div", { class: "table" });
  #summary = h("p", { class: "summary", role: "status" });
  #cautions = h("div");

  /**
   * @param {HTMLElement} container
   * @param {{api: Api, about: About, job: Job, signal: AbortSignal}} context
   * @param {Awaited<ReturnType<typeof readTargets>>} first
   */
  constructor(container, { api, about, job, signal }, { targets, next }) {
    this.container = container;
    this.api = api;
    this.about = about;
    this.job = job;
    this.next = next;
    this.signal = signal;
    this.guides = job.progress.guides ?? 0;
    this.all = new Observable(targets);
    this.visible = new Observable(targets);
    this.columns = new Columns(about);
    this.compare = comparison(about.ranking);
    this.dialog = guideDialog(api, job, this.columns);
    // The table has to be in the page before it is created, because it depends on the width.
    fill(container, this.#holder);
    this.table = targetTable(this.#holder, targets, {
      columns: this.columns,
      kind: job.kind,
      onChoose: this.choose,
      onPoint: (target) => (this.pointed.value = target),
    });
  }

  choose = (/** @type {Target} */ target) => {
    this.chosen.value = target;
    this.dialog.open(target);
  };

  show() {
    const { container, about, job, signal, columns, table } = this;
    // A list of guides has no sequence to draw a map of.
    const drawings = [...(job.kind === "guides" ? [] : [new GuideMap(this, signal)]), scatter(this, signal)];
    const contigs = [...new Set(this.all.value.map(({ contig }) => contig))];
    fill(
      container,
      printedFacts(about, job, () => this.filter.value, signal),
      this.#cautions,
      this.#toolbar(),
      h("div", { class: "drawings" }, ...drawings.map(({ element }) => element)),
      filterBar(this.filter, { contigs, onSequence: job.kind === "sequence", ranking: about.ranking.text }),
      this.#holder,
      printedTable(columns, table.shown, job.kind, signal),
      explanations(columns),
      this.dialog.element,
    );
    for (const drawing of drawings) void guarded(drawing.element, "drawing", () => drawing.begin());
    this.#watch();
  }

  #toolbar() {
    const { api, about, job, columns, table } = this;
    return h(
      "div",
      { class: "toolbar" },
      this.#summary,
      legend(),
      this.next !== null && this.#moreButton(this.next),
      h("div", { class: "menus" }, columnMenu(columns, table), exportMenu(api, about.formats, job, columns, table)),
    );
  }

  #watch() {
    const narrow = () => (this.visible.value = filtered(this.all.value, this.filter.value, this.compare));
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
    const onProgress = (/** @type {number} */ read) => (button.textContent = `${count(read)} read`);
    const rest = await readTargets(this.api, this.job.jobId, next, Infinity, onProgress);
    if (this.signal.aborted) return;
    const targets = [...this.all.value, ...rest.targets];
    await this.table.replace(targets);
    this.all.value = targets;
    button.remove();
  }
}

/** @param {Columns} columns */
function explanations(columns) {
  // The table shows the location instead.
  const shown = columns.all().filter(({ name }) => !["start", "end"].includes(name));
  return h(
    "details",
    { class: "meanings" },
    h("summary", {}, "What the columns mean"),
    h("p", {}, "Choose a guide in the table to see its off-targets and the oligos to order."),
    h("dl", {}, ...shown.flatMap(({ title, text }) => [h("dt", {}, title), h("dd", {}, text)])),
  );
}
