import { fill, h } from "../dom/elements.js";
import { guarded } from "../dom/failures.js";
import { count } from "../model/format.js";
import { sequencesOf, stretch } from "../model/query-sequences.js";
import { onSchemeChange } from "./colours.js";
import { overview } from "./overview.js";

/**
 * @import {Api} from "../api.js"
 * @import {Columns} from "../model/columns.js"
 * @import {Observable} from "../model/observable.js"
 * @import {Job, Target} from "../types.js"
 */

/**
 * @typedef {object} MapState
 * @property {Api} api
 * @property {Job} job
 * @property {Columns} columns
 * @property {Observable<Target[]>} all
 * @property {Observable<Target[]>} visible
 * @property {Observable<Target | null>} chosen
 * @property {Observable<Target | null>} pointed
 * @property {(target: Target) => void} choose
 */

// The sequence viewer draws this many bases without a noticeable delay.
const WINDOW = 3000;
const HINT =
  "The marks of the overview are at the cut sites: above the line for the + strand, below it for the − strand. If there are too many marks, bars show how many guides there are of each kind. Click a mark or an arrow to open its guide.";
const INCOMPLETE = "Bases that no guide covers are shown as N, and contigs seem to end with their last guide.";

/** The guides on the query: an overview of a contig, and a part of it base by base. */
export class GuideMap {
  #contig = h("select", { id: "map-contig", "aria-label": "Contig on the map", change: () => this.#moveTo(0) });
  #position = h("input", {
    type: "range",
    min: 0,
    step: 100,
    "aria-label": "Start of the window",
    input: () => this.#moveTo(Number(this.#position.value)),
  });
  #label = h("output", { class: "hint" });
  #bases = h("div", { class: "bases" });
  /** @type {Promise<ReturnType<typeof import("./sequence-viewer.js").sequenceViewer>> | null} */
  #viewer = null;
  #start = 0;
  /** @type {Map<string, string> | null} the query, once it has been read */
  #query = null;
  #note = h("p", { class: "note", role: "status" });

  /**
   * @param {MapState} state
   * @param {AbortSignal} signal
   */
  constructor(state, signal) {
    this.state = state;
    this.signal = signal;
    this.overview = overview({
      summaryOf: (target) => state.columns.summaryOf(target),
      onChoose: state.choose,
      onPoint: (target) => (state.pointed.value = target),
      onMove: (position) => this.#moveTo(position - WINDOW / 2),
    });
    this.element = h(
      "section",
      { class: "panel map", "aria-labelledby": "map-title" },
      h("div", { class: "title" }, h("h2", { id: "map-title" }, "Map"), this.#contig),
      this.overview.element,
      h("div", { class: "window" }, this.#position, this.#label),
      this.#bases,
      this.#note,
      h("p", { class: "hint" }, HINT),
    );
    state.all.watch(() => this.#listContigs());
  }

  /** Start drawing. The element has to be in the page, because the drawing depends on its width. */
  begin() {
    const draw = () => this.#draw();
    this.state.visible.watch(draw);
    this.state.chosen.watch((target) => this.#follow(target));
    this.state.pointed.watch((target) => this.overview.point(target?.contig === this.#contig.value ? target : null));
    onSchemeChange(draw, this.signal);
    addEventListener("resize", draw, { signal: this.signal });
    void this.#readQuery();
  }

  /** Read the query. Until then, and if it is not available, bases are assembled from the guides. */
  async #readQuery() {
    const { api, job } = this.state;
    const read = await api.query(job.jobId, this.signal).catch((/** @type {Error} */ error) => error);
    if (this.signal.aborted) return;
    if (read instanceof Error)
      return fill(this.#note, h("strong", {}, "The query cannot be read. "), `${read.message} ${INCOMPLETE}`);
    this.#query = sequencesOf(read);
    this.#listContigs();
    this.#draw();
  }

  #listContigs() {
    const before = this.#contig.value;
    const named = this.#query
      ? [...this.#query].filter(([, bases]) => bases).map(([name]) => name)
      : this.state.all.value.map(({ contig }) => contig);
    const contigs = [...new Set(named)];
    fill(this.#contig, ...contigs.map((name) => h("option", { value: name, selected: name === before }, name)));
    this.#contig.hidden = contigs.length < 2;
  }

  /** @param {number} position */
  #moveTo(position) {
    this.#start = Math.floor(position);
    this.#draw();
  }

  /** @param {Target | null} target */
  #follow(target) {
    if (target) {
      this.#contig.value = target.contig;
      const outside = target.start < this.#start || target.end > this.#start + WINDOW;
      if (outside) this.#start = Math.max(0, target.start - WINDOW / 2);
    }
    this.#draw();
  }

  #scene() {
    const { all, visible, chosen } = this.state;
    const targets = all.value.filter(({ contig }) => contig === this.#contig.value);
    const bases = this.#query?.get(this.#contig.value);
    const length = bases?.length ?? targets.reduce((most, { end }) => Math.max(most, end), 1);
    this.#start = Math.max(0, Math.min(this.#start, length - WINDOW));
    const ids = new Set(visible.value.map(({ id }) => id));
    const window = /** @type {[number, number]} */ ([this.#start, Math.min(length, this.#start + WINDOW)]);
    return {
      targets,
      length,
      bases: bases?.slice(...window) ?? stretch(targets, ...window),
      visible: ids,
      window,
      chosen: chosen.value?.contig === this.#contig.value ? chosen.value : null,
    };
  }

  #draw() {
    if (this.signal.aborted || !this.element.isConnected) return;
    const now = this.#scene();
    this.#position.max = String(Math.max(0, now.length - WINDOW));
    this.#position.value = String(this.#start);
    this.#position.hidden = now.length <= WINDOW;
    fill(this.#label, `Bases ${count(now.window[0] + 1)} to ${count(now.window[1])} of ${count(now.length)}`);
    this.overview.draw(now);
    void guarded(this.#bases, "sequence", async () => {
      this.#viewer ??= import("./sequence-viewer.js").then(({ sequenceViewer }) =>
        sequenceViewer(this.#bases, (id) => this.#chooseById(id)),
      );
      const viewer = await this.#viewer;
      if (!this.signal.aborted) viewer.show(now.bases, now.targets, now.visible, now.window, now.chosen);
    });
  }

  /** @param {number} id */
  #chooseById(id) {
    const target = this.state.all.value.find((each) => each.id === id);
    if (target) this.state.choose(target);
  }
}
