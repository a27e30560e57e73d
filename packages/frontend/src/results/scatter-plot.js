/** Draw with uPlot: points in the colours of their verdicts, the thresholds, and a ring around the chosen guide. */

import { verdictOf } from "../model/figures.js";
import { palette } from "./colours.js";

/**
 * @import uPlot from "uplot"
 * @import {Columns} from "../model/columns.js"
 * @import {Verdict} from "../model/figures.js"
 * @import {Target} from "../types.js"
 */

/** @typedef {"mit" | "cfd"} Measure */

/** The specificities that the x axis can show. @type {Measure[]} */
export const MEASURES = ["mit", "cfd"];
const EFFICIENCY = "sgrnascorer2_score";
const MIN_HEIGHT = 300;
// The good guides are drawn last, so that nothing hides them.
/** @type {Verdict[]} */
const ORDER = ["neither", "specific", "efficient", "both"];

/**
 * Return where a target is in the plot.
 * @param {uPlot} plot
 * @param {Measure} measure
 * @param {Target} target
 * @returns {[number, number]} its distance from the left and from the top, in pixels
 */
export function pointOf(plot, measure, target) {
  return [plot.valToPos(target[measure], "x"), plot.valToPos(target[EFFICIENCY], "y")];
}

/**
 * Return uPlot's data: x, then a series of the guides that are filtered out and one of each verdict.
 * @param {Target[]} sorted by the measure
 * @param {Set<number>} visible ids of the guides that pass the filters
 * @param {Measure} measure
 * @returns {uPlot.AlignedData}
 */
export function seriesOf(sorted, visible, measure) {
  const hidden = sorted.map((target) => (visible.has(target.id) ? null : target[EFFICIENCY]));
  const shown = ORDER.map((verdict) =>
    sorted.map((target) => (visible.has(target.id) && verdictOf(target) === verdict ? target[EFFICIENCY] : null)),
  );
  return [sorted.map((target) => target[measure]), hidden, ...shown];
}

/**
 * Return uPlot's options.
 * @param {Columns} columns
 * @param {Measure} measure
 * @param {object} more
 * @param {number} more.width
 * @param {number} more.height
 * @param {number} more.pointSize
 * @param {number} more.least lowest value of the measure
 * @param {Target | null} more.chosen
 * @param {(x: [number, number], y: [number, number]) => void} more.onBox called when a box has been drawn
 * @param {(left: number, top: number) => void} more.onClick
 * @returns {uPlot.Options}
 */
export function plotOptions(columns, measure, { width, height, pointSize, least, chosen, onBox, onClick }) {
  const colours = palette();
  const axis = {
    stroke: colours.soft,
    grid: { stroke: colours.line, width: 1 },
    ticks: { stroke: colours.line, width: 1 },
  };
  const points = (/** @type {string} */ colour, size = pointSize) => ({
    paths: () => null,
    points: { show: true, size, width: 0, fill: colour, stroke: colour },
  });
  const thresholds = [columns.get(measure).threshold, columns.get(EFFICIENCY).threshold];
  return {
    width: Math.max(200, width),
    height: Math.max(MIN_HEIGHT, height),
    legend: { show: false },
    cursor: {
      drag: { x: true, y: true, setScale: false },
      points: { show: false },
      y: true,
      bind: { click: (plot) => (event) => clicked(plot, event, onClick) },
    },
    scales: { x: { time: false, range: [Math.min(least, 70) - 2, 101] } },
    axes: [
      { ...axis, label: `${columns.get(measure).title} specificity` },
      { ...axis, label: "sgRNA Scorer 2.0 score", size: 48 },
    ],
    series: [{}, points(colours.line, 3), ...ORDER.map((verdict) => points(colours.verdicts[verdict]))],
    hooks: {
      setSelect: [(plot) => boxed(plot, onBox)],
      drawAxes: [(plot) => drawThresholds(plot, thresholds, colours.soft)],
      draw: [(plot) => drawRing(plot, chosen, measure, colours.text)],
    },
  };
}

/**
 * @param {uPlot} plot
 * @param {MouseEvent} event
 * @param {(left: number, top: number) => void} onClick
 */
function clicked(plot, event, onClick) {
  // The end of drawing a box is a click too.
  if (plot.select.width <= 2 && plot.select.height <= 2)
    onClick(plot.cursor.left ?? event.offsetX, plot.cursor.top ?? event.offsetY);
  return null;
}

/**
 * @param {uPlot} plot
 * @param {(x: [number, number], y: [number, number]) => void} onBox
 */
function boxed(plot, onBox) {
  const { left, top, width, height } = plot.select;
  if (width < 3 || height < 3) return;
  onBox(
    [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")],
    [plot.posToVal(top + height, "y"), plot.posToVal(top, "y")],
  );
}

/**
 * Draw dashed lines at the thresholds of both scores.
 * @param {uPlot} plot
 * @param {(number | null)[]} thresholds of x and y
 * @param {string} colour
 */
function drawThresholds({ ctx, bbox, valToPos }, [ofX = null, ofY = null], colour) {
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  const x = ofX === null ? -1 : valToPos(ofX, "x", true);
  if (x >= bbox.left) {
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
  }
  const y = ofY === null ? -1 : valToPos(ofY, "y", true);
  if (y >= bbox.top && y <= bbox.top + bbox.height) {
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
  }
  ctx.stroke();
  ctx.restore();
}

/**
 * Draw a ring around the chosen guide.
 * @param {uPlot} plot
 * @param {Target | null} chosen
 * @param {Measure} measure
 * @param {string} colour
 */
function drawRing({ ctx, valToPos }, chosen, measure, colour) {
  if (!chosen) return;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.beginPath();
  const [x, y] = [valToPos(chosen[measure], "x", true), valToPos(chosen[EFFICIENCY], "y", true)];
  ctx.arc(x, y, 7 * devicePixelRatio, 0, 2 * Math.PI);
  ctx.stroke();
  ctx.restore();
}
