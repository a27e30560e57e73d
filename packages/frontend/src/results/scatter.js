import uPlot from "uplot";
import { h } from "../dom/elements.js";
import { hintOf } from "../model/cell-text.js";
import { verdictOf } from "../model/figures.js";
import { onSchemeChange, palette } from "./colours.js";

/**
 * @import {Observable} from "../model/observable.js"
 * @import {Target} from "../types.js"
 * @import {Filter} from "../model/filters.js"
 * @import {Verdict} from "../model/figures.js"
 */

/** @typedef {"mit" | "cfd"} Measure */

const LEAST_HEIGHT = 300;
const SPECIFIC = 75;
const REACH = 12;
const MANY = 2000;
/** @type {Verdict[]} */
const ORDER = ["neither", "specific", "efficient", "both"];

/**
 * Specificity against efficiency, a point a guide. A box drawn on it filters; a click chooses the nearest guide.
 * @param {object} given
 * @param {Observable<Target[]>} given.all
 * @param {Observable<Target[]>} given.visible
 * @param {Observable<Target | null>} given.chosen
 * @param {Observable<Target | null>} given.pointed
 * @param {Observable<Filter>} given.filter
 * @param {(target: Target) => void} given.choose
 * @param {AbortSignal} signal
 */
export function scatter({ all, visible, chosen, pointed, filter, choose }, signal) {
  const measure = h(
    "select",
    { id: "scatter-measure", change: draw },
    h("option", { value: "mit" }, "MIT"),
    h("option", { value: "cfd" }, "CFD"),
  );
  const place = h("div", {
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
      h("label", {}, "Specificity by ", measure),
    ),
    place,
    h(
      "p",
      { class: "hint" },
      "Best is top right; dashed lines are the thresholds. Drag a box to keep only the guides in it, or click a point to open its guide.",
    ),
  );
  const pointer = h("div", { class: "pointer", hidden: true });
  /** @type {uPlot | null} */
  let plot = null;
  const chosenMeasure = () => /** @type {Measure} */ (measure.value);

  function draw() {
    plot?.destroy();
    plot = null;
    if (signal.aborted || !element.isConnected) return;
    const seen = new Set(visible.value.map(({ id }) => id));
    const sorted = all.value.toSorted((a, b) => a[chosenMeasure()] - b[chosenMeasure()]);
    plot = new uPlot(
      options(chosenMeasure(), [place.clientWidth, place.clientHeight], {
        onBox,
        onPoint,
        chosen: chosen.value,
        size: sorted.length > MANY ? 3 : 6,
        least: sorted[0]?.[chosenMeasure()] ?? 0,
      }),
      seriesOf(sorted, seen, chosenMeasure()),
      place,
    );
    plot.over.append(pointer);
    plot.over.addEventListener("mousemove", onMouse);
    plot.over.addEventListener("mouseleave", () => (pointed.value = null));
  }

  /** @param {MouseEvent} event */
  function onMouse(event) {
    const nearest = nearestTo(event.offsetX, event.offsetY);
    place.title = nearest ? hintOf(nearest) : "";
    pointed.value = nearest;
  }

  /** @param {Target | null} target */
  function point(target) {
    pointer.hidden = target === null;
    if (!target || !plot) return;
    const [left, top] = pixelsOf(plot, chosenMeasure(), target);
    pointer.style.left = `${left - 6}px`;
    pointer.style.top = `${top - 6}px`;
  }

  /** @param {[number, number]} x @param {[number, number]} y */
  function onBox(x, y) {
    filter.value = { ...filter.value, area: { measure: chosenMeasure(), x, y } };
  }

  /** @param {number} left @param {number} top */
  function onPoint(left, top) {
    const nearest = nearestTo(left, top);
    if (nearest) choose(nearest);
  }

  /** @param {number} left @param {number} top */
  function nearestTo(left, top) {
    return plot && nearestOf(visible.value, plot, chosenMeasure(), left, top);
  }

  /** To be called once it is in the page: what is drawn depends on its width. */
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
 * @param {uPlot} plot
 * @param {Measure} measure
 * @param {Target} target
 * @returns {[number, number]} from the left and from the top of what is drawn
 */
function pixelsOf(plot, measure, target) {
  return [plot.valToPos(target[measure], "x"), plot.valToPos(target.sgrnascorer2_score, "y")];
}

/**
 * The guide next to a place of the plot, if one is in reach.
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
    const [x, y] = pixelsOf(plot, measure, target);
    const distance = Math.hypot(x - left, y - top);
    if (distance <= least) [nearest, least] = [target, distance];
  }
  return nearest;
}

/**
 * uPlot's columns: x, then a series for those that are filtered out and one for each verdict.
 * @param {Target[]} sorted by the measure
 * @param {Set<number>} seen
 * @param {Measure} measure
 * @returns {uPlot.AlignedData}
 */
function seriesOf(sorted, seen, measure) {
  const score = (/** @type {Target} */ { sgrnascorer2_score }) => sgrnascorer2_score;
  const hidden = sorted.map((target) => (seen.has(target.id) ? null : score(target)));
  const shown = ORDER.map((verdict) =>
    sorted.map((target) => (seen.has(target.id) && verdictOf(target) === verdict ? score(target) : null)),
  );
  return [sorted.map((target) => target[measure]), hidden, ...shown];
}

/**
 * @param {Measure} measure
 * @param {[number, number]} size the place’s width and height
 * @param {object} does
 * @param {(x: [number, number], y: [number, number]) => void} does.onBox
 * @param {(left: number, top: number) => void} does.onPoint
 * @param {Target | null} does.chosen
 * @param {number} does.size of a point
 * @param {number} does.least of the measure
 * @returns {uPlot.Options}
 */
function options(measure, [width, height], { onBox, onPoint, chosen, size, least }) {
  const colours = palette();
  const axis = {
    stroke: colours.soft,
    grid: { stroke: colours.line, width: 1 },
    ticks: { stroke: colours.line, width: 1 },
  };
  const points = (/** @type {string} */ colour, across = size) => ({
    paths: () => null,
    points: { show: true, size: across, width: 0, fill: colour, stroke: colour },
  });
  return {
    width: Math.max(200, width),
    height: Math.max(LEAST_HEIGHT, height),
    legend: { show: false },
    cursor: {
      drag: { x: true, y: true, setScale: false },
      points: { show: false },
      y: true,
      bind: { click: (self) => (event) => clicked(self, event) },
    },
    scales: { x: { time: false, range: [Math.min(least, 70) - 2, 101] } },
    axes: [
      { ...axis, label: `${measure.toUpperCase()} specificity` },
      { ...axis, label: "sgRNAScorer 2.0 score", size: 48 },
    ],
    series: [{}, points(colours.line, 3), ...ORDER.map((verdict) => points(colours.verdicts[verdict]))],
    hooks: {
      setSelect: [(self) => box(self, onBox)],
      drawAxes: [(self) => thresholds(self, colours.soft)],
      draw: [(self) => ring(self, chosen, measure, colours.text)],
    },
  };

  /** @param {uPlot} self @param {MouseEvent} event */
  function clicked(self, event) {
    if (self.select.width > 2 || self.select.height > 2) return null;
    onPoint(self.cursor.left ?? event.offsetX, self.cursor.top ?? event.offsetY);
    return null;
  }
}

/**
 * @param {uPlot} self
 * @param {(x: [number, number], y: [number, number]) => void} onBox
 */
function box(self, onBox) {
  const { left, top, width, height } = self.select;
  if (width < 3 || height < 3) return;
  const value = (/** @type {number} */ pixel, /** @type {string} */ scale) => self.posToVal(pixel, scale);
  onBox([value(left, "x"), value(left + width, "x")], [value(top + height, "y"), value(top, "y")]);
}

/**
 * Dashed, where a guide begins to be called specific, and where sgRNAScorer begins to accept it.
 * @param {uPlot} self
 * @param {string} colour
 */
function thresholds({ ctx, bbox, valToPos }, colour) {
  const [x, y] = [valToPos(SPECIFIC, "x", true), valToPos(0, "y", true)];
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  if (x >= bbox.left) {
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
  }
  if (y >= bbox.top && y <= bbox.top + bbox.height) {
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
  }
  ctx.stroke();
  ctx.restore();
}

/**
 * @param {uPlot} self
 * @param {Target | null} chosen
 * @param {Measure} measure
 * @param {string} colour
 */
function ring(self, chosen, measure, colour) {
  if (!chosen) return;
  const { ctx } = self;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.beginPath();
  ctx.arc(
    self.valToPos(chosen[measure], "x", true),
    self.valToPos(chosen.sgrnascorer2_score, "y", true),
    7 * devicePixelRatio,
    0,
    2 * Math.PI,
  );
  ctx.stroke();
  ctx.restore();
}
