import { guarded } from "../boundary.js";
import { fill, h } from "../dom.js";
import { count } from "../format.js";
import { onSchemeChange } from "./colours.js";
import { VERDICTS } from "./figures.js";
import { overview } from "./overview.js";

/**
 * @import {Observable} from "../observable.js"
 * @import {Target} from "../types.js"
 */

// As many bases as the sequence viewer draws without a pause.
const WINDOW = 3000;

/**
 * The guides on the query: all of a contig at a glance, and a window of it base by base.
 * @param {object} given
 * @param {Observable<Target[]>} given.all
 * @param {Observable<Target[]>} given.visible
 * @param {Observable<Target | null>} given.chosen
 * @param {(target: Target) => void} given.choose
 * @param {AbortSignal} signal
 */
export function guideMap({ all, visible, chosen, choose }, signal) {
  const pickContig = h("select", { id: "map-contig", "aria-label": "Sequence on the map", change: () => moveTo(0) });
  const position = h("input", { type: "range", min: 0, step: 100, "aria-label": "Where the window begins", input: () => moveTo(Number(position.value)) });
  const label = h("output", { class: "hint" });
  const bases = h("div", { class: "bases" });
  const glance = overview({ onChoose: choose, onMove: (place) => moveTo(place - WINDOW / 2) });
  const element = h("section", { class: "panel map", "aria-labelledby": "map-title" },
    h("div", { class: "title" }, h("h2", { id: "map-title" }, "Map"), legend(), pickContig),
    glance.element,
    h("div", { class: "window" }, position, label),
    bases,
    h("p", { class: "hint" }, "Marks at a glance stand at the cut sites, above for the + strand, below for the −. Choose a mark or an arrow to open its guide. Bases that no guide covers are shown as N."),
  );
  /** @type {Promise<ReturnType<typeof import("./sequence-viewer.js").sequenceViewer>> | null} */
  let viewer = null;
  let start = 0;

  function scene() {
    const targets = all.value.filter(({ contig }) => contig === pickContig.value);
    const length = targets.reduce((most, { end }) => Math.max(most, end), 1);
    start = Math.max(0, Math.min(start, length - WINDOW));
    const ids = new Set(visible.value.map(({ id }) => id));
    const window = /** @type {[number, number]} */ ([start, Math.min(length, start + WINDOW)]);
    return { targets, length, visible: ids, window, chosen: chosen.value?.contig === pickContig.value ? chosen.value : null };
  }

  /** @param {number} place */
  function moveTo(place) {
    start = Math.floor(place);
    draw();
  }

  function draw() {
    if (signal.aborted || !element.isConnected) return;
    const now = scene();
    position.max = String(Math.max(0, now.length - WINDOW));
    position.value = String(start);
    position.disabled = now.length <= WINDOW;
    position.hidden = position.disabled;
    fill(label, `Bases ${count(now.window[0] + 1)} to ${count(now.window[1])}`);
    glance.draw(now);
    void guarded(bases, "sequence", async () => {
      viewer ??= import("./sequence-viewer.js").then(({ sequenceViewer }) => sequenceViewer(bases, chooseById));
      const shown = await viewer;
      if (!signal.aborted) shown.show(now.targets, now.visible, now.window, now.chosen);
    });
  }

  /** @param {number} id */
  function chooseById(id) {
    const target = all.value.find((each) => each.id === id);
    if (target) choose(target);
  }

  function follow() {
    const target = chosen.value;
    if (!target) return draw();
    pickContig.value = target.contig;
    if (target.start < start || target.end > start + WINDOW) start = Math.max(0, target.start - WINDOW / 2);
    draw();
  }

  all.watch((targets) => {
    const contigs = [...new Set(targets.map(({ contig }) => contig))];
    fill(pickContig, ...contigs.map((name) => h("option", { value: name }, name)));
    pickContig.hidden = contigs.length < 2;
  });
  /** To be called once it is in the page: what is drawn depends on its width. */
  function begin() {
    visible.watch(draw);
    chosen.watch(follow);
    onSchemeChange(draw, signal);
    addEventListener("resize", draw, { signal });
  }
  return { element, begin };
}

function legend() {
  return h("ul", { class: "legend", "aria-label": "Colours" }, ...Object.entries(VERDICTS).map(([verdict, text]) => h("li", {}, h("span", { class: `swatch ${verdict}` }), text)));
}
