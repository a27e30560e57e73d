import uPlot from "uplot";
import { h } from "../dom/elements.js";
import { onSchemeChange } from "./colours.js";
import { MEASURES, plotOptions, pointOf, seriesOf } from "./scatter-plot.js";

/**
 * @import {Columns} from "../model/columns.js"
 * @import {Filter} from "../model/filters.js"
 * @import {Observable} from "../model/observable.js"
 * @import {Target} from "../types.js"
 * @import {Measure} from "./scatter-plot.js"
 */

const REACH = 12;
const MANY = 2000;

/**
 * Create the plot of specificity against efficiency, with a point for each guide. Drawing a box filters the guides; a click
 * chooses the nearest guide.
 * @param {object} state
 * @param {Columns} state.columns
 * @param {Observable<Target[]>} state.all
 * @param {Observable<Target[]>} state.visible
 * @param {Observable<Target | null>} state.chosen
 * @param {Observable<Target | null>} state.pointed
 * @param {Observable<Filter>} state.filter
 * @param {(target: Target) => void} state.choose
 * @param {AbortSignal} signal
 */
export function scatter({ columns, all, visible, chosen, pointed, filter, choose }, signal) {
  const select = h(
    "select",
    { id: "scatter-measure", change: draw },
    ...MEASURES.map((name) => h("option", { value: name }, columns.get(name).title)),
  );
  const container = h("div", {
    class: "plot",
    role: "img",
    "aria-label": "Specificity against efficiency of all guides; the table lists them",
  });
  const element = h(
    "section",
    { class: "panel scatter", "aria-labelledby": "scatter-title" },
    h(
      "div",
      { class: "title" },
      h("h2", { id: "scatter-title" }, "Specificity and efficiency"),
      h("label", {}, "Specificity by ", select),
    ),
    container,
    h(
      "p",
      { class: "hint" },
      "The best guides are at the top right; the dashed lines are thresholds. Draw a box to show only the guides in it, or click a point to open its guide.",
    ),
  );
  const pointer = h("div", { class: "pointer", hidden: true });
  /** @type {uPlot | null} */
  let plot = null;
  const measure = () => /** @type {Measure} */ (select.value);

  function draw() {
    plot?.destroy();
    plot = null;
    if (signal.aborted || !element.isConnected) return;
    const ids = new Set(visible.value.map(({ id }) => id));
    const sorted = all.value.toSorted((a, b) => a[measure()] - b[measure()]);
    const options = plotOptions(columns, measure(), {
      width: container.clientWidth,
      height: container.clientHeight,
      pointSize: sorted.length > MANY ? 3 : 6,
      least: sorted[0]?.[measure()] ?? 0,
      chosen: chosen.value,
      onBox,
      onClick,
    });
    plot = new uPlot(options, seriesOf(sorted, ids, measure()), container);
    plot.over.append(pointer);
    plot.over.addEventListener("mousemove", onMouse);
    plot.over.addEventListener("mouseleave", () => (pointed.value = null));
  }

  /** @param {MouseEvent} event */
  function onMouse(event) {
    const nearest = nearestTo(event.offsetX, event.offsetY);
    container.title = nearest ? columns.summaryOf(nearest) : "";
    pointed.value = nearest;
  }

  /** @param {Target | null} target */
  function point(target) {
    pointer.hidden = target === null;
    if (!target || !plot) return;
    const [left, top] = pointOf(plot, measure(), target);
    pointer.style.left = `${left - 6}px`;
    pointer.style.top = `${top - 6}px`;
  }

  /** @param {[number, number]} x @param {[number, number]} y */
  function onBox(x, y) {
    filter.value = { ...filter.value, area: { measure: measure(), x, y } };
  }

  /** @param {number} left @param {number} top */
  function onClick(left, top) {
    const nearest = nearestTo(left, top);
    if (nearest) choose(nearest);
  }

  /** @param {number} left @param {number} top */
  function nearestTo(left, top) {
    return plot && nearestOf(visible.value, plot, measure(), left, top);
  }

  /** Start drawing. The element has to be in the page, because the drawing depends on its width. */
  function begin() {
    visible.watch(draw);
    chosen.watch(() => plot && draw());
    pointed.watch(point);
    onSchemeChange(draw, signal);
    addEventListener("resize", draw, { signal });
    signal.addEventListener("abort", () => plot?.destroy(), { once: true });
  }
  return { element, begin };
}

/**
 * Return the guide nearest to a position in the plot, if one is in reach.
 * @param {Target[]} targets
 * @param {uPlot} plot
 * @param {Measure} measure
 * @param {number} left
 * @param {number} top
 */
function nearestOf(targets, plot, measure, left, top) {
  /** @type {Target | null} */
  let nearest = null;
  let least = REACH;
  for (const target of targets) {
    const [x, y] = pointOf(plot, measure, target);
    const distance = Math.hypot(x - left, y - top);
    if (distance <= least) [nearest, least] = [target, distance];
  }
  return nearest;
}
