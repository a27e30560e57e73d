import { h } from "../dom/elements.js";
import { cutOf, verdictOf } from "../model/figures.js";
import { palette } from "./colours.js";

/**
 * @import {Target} from "../types.js"
 * @import {Verdict} from "../model/figures.js"
 */

const HEIGHT = 92;
const MIDDLE = 40;
const LANE = 30;
const REACH = 8;
const BAR = 3;
// The good guides are drawn last, so that nothing hides them.
/** @type {Verdict[]} */
const ORDER = ["neither", "specific", "efficient", "both"];

/**
 * @typedef {object} Scene
 * @property {Target[]} targets of one contig
 * @property {Set<number>} visible ids of the targets that pass the filters
 * @property {number} length of the contig
 * @property {[number, number]} window the part that is shown base by base
 * @property {Target | null} chosen
 */

/**
 * Create the overview of a contig: a mark at each cut site, above the line for the + strand and below for the − strand.
 * @param {object} options
 * @param {(target: Target) => string} options.summaryOf returns the tooltip of a target
 * @param {(target: Target) => void} options.onChoose
 * @param {(target: Target | null) => void} options.onPoint called when the mouse points at a mark, or at none
 * @param {(position: number) => void} options.onMove called when a position without a guide is clicked
 */
export function overview({ summaryOf, onChoose, onPoint, onMove }) {
  const pointer = h("div", { class: "pointer", hidden: true });
  const canvas = h("canvas", {
    class: "overview",
    height: HEIGHT,
    role: "img",
    "aria-label": "All guides along the sequence; the table lists them",
    click: onClick,
    mousemove: onMouse,
    mouseleave: () => onPoint(null),
  });
  /** @type {Scene | null} */
  let scene = null;
  const scale = () => (scene ? canvas.clientWidth / scene.length : 1);

  /** @param {MouseEvent} event */
  function onClick(event) {
    if (!scene) return;
    const nearest = nearestTo(event.offsetX, event.offsetY < MIDDLE ? "+" : "-");
    if (nearest) onChoose(nearest);
    else onMove(event.offsetX / scale());
  }

  /** @param {MouseEvent} event */
  function onMouse(event) {
    const nearest = nearestTo(event.offsetX, event.offsetY < MIDDLE ? "+" : "-");
    canvas.title = nearest ? summaryOf(nearest) : "";
    onPoint(nearest);
  }

  /** @param {Target | null} target to point at, of the contig that is drawn */
  function point(target) {
    pointer.hidden = target === null;
    if (!target) return;
    pointer.style.left = `${cutOf(target) * scale() - 3}px`;
    pointer.style.top = `${target.strand === "+" ? MIDDLE - LANE - 2 : MIDDLE + 1}px`;
  }

  /** @param {number} x @param {string} strand */
  function nearestTo(x, strand) {
    const candidates = (scene?.targets ?? []).filter(
      (target) => target.strand === strand && scene?.visible.has(target.id),
    );
    const distance = (/** @type {Target} */ target) => Math.abs(cutOf(target) * scale() - x);
    const nearest = candidates.reduce(
      (best, target) => (best && distance(best) <= distance(target) ? best : target),
      /** @type {Target | null} */ (null),
    );
    return nearest && distance(nearest) <= REACH ? nearest : null;
  }

  /** @param {Scene} next */
  function draw(next) {
    scene = next;
    const ratio = devicePixelRatio || 1;
    canvas.width = Math.max(1, Math.round(canvas.clientWidth * ratio));
    canvas.height = HEIGHT * ratio;
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    pen.scale(ratio, ratio);
    const colours = palette();
    drawWindow(pen, next.window, scale(), colours.accent);
    drawAxis(pen, next.length, canvas.clientWidth, colours);
    // More marks than pixels would hide each other.
    if (next.targets.length > canvas.clientWidth) drawBars(pen, next, scale(), colours.verdicts);
    else drawMarks(pen, next, scale(), colours.verdicts);
    if (next.chosen) drawChosen(pen, next.chosen, scale(), colours.text);
  }

  return { element: h("div", { class: "glance" }, canvas, pointer), draw, point };
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {[number, number]} window
 * @param {number} scale
 * @param {string} colour
 */
function drawWindow(pen, [start, end], scale, colour) {
  const width = Math.max(2, (end - start) * scale - 1);
  pen.fillStyle = pen.strokeStyle = colour;
  pen.globalAlpha = 0.1;
  pen.fillRect(start * scale, 2, width, 2 * MIDDLE - 4);
  pen.globalAlpha = 0.7;
  pen.strokeRect(start * scale + 0.5, 2.5, width, 2 * MIDDLE - 5);
  pen.globalAlpha = 1;
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {number} length
 * @param {number} width
 * @param {{line: string, soft: string}} colours
 */
function drawAxis(pen, length, width, { soft }) {
  pen.fillStyle = soft;
  pen.fillRect(0, MIDDLE - 0.5, width, 1);
  pen.font = "11px system-ui, sans-serif";
  const step = niceStep(length / Math.max(2, width / 110));
  for (let position = 0; position <= length; position += step) {
    const x = (position / length) * width;
    pen.textAlign = x < 30 ? "left" : x > width - 40 ? "right" : "center";
    pen.fillText(position.toLocaleString("en"), x, HEIGHT - 2);
  }
}

/** @param {number} rough */
function niceStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return Math.max(1, power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10));
}

/**
 * Draw the numbers of guides as stacked bars. The good guides are next to the line, those that are filtered out last.
 * @param {CanvasRenderingContext2D} pen
 * @param {Scene} scene
 * @param {number} scale
 * @param {Record<Verdict, string>} colours
 */
function drawBars(pen, { targets, visible }, scale, colours) {
  const kinds = ORDER.toReversed();
  /**
   * The numbers of guides by strand, bar and kind.
   * @type {{"+": number[][], "-": number[][]}}
   */
  const piles = { "+": [], "-": [] };
  for (const target of targets) {
    const kind = visible.has(target.id) ? kinds.indexOf(verdictOf(target)) : kinds.length;
    const bars = target.strand === "+" ? piles["+"] : piles["-"];
    const bar = Math.floor((cutOf(target) * scale) / BAR);
    const pile = bars[bar] ?? [0, 0, 0, 0, 0];
    pile[kind] = (pile[kind] ?? 0) + 1;
    bars[bar] = pile;
  }
  const all = Object.entries(piles).flatMap(([strand, bars]) => bars.map((pile, bar) => ({ strand, bar, pile })));
  const most = Math.max(...all.map(({ pile }) => pile.reduce((sum, number) => sum + number)));
  for (const { strand, bar, pile } of all) {
    let below = 3;
    for (const [kind, number] of pile.entries()) {
      const height = (number / most) * (LANE - 3);
      const verdict = kinds[kind];
      pen.globalAlpha = verdict ? 1 : 0.18;
      pen.fillStyle = colours[verdict ?? "neither"];
      pen.fillRect(bar * BAR, strand === "+" ? MIDDLE - below - height : MIDDLE + below, BAR, height);
      below += height;
    }
  }
  pen.globalAlpha = 1;
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Scene} scene
 * @param {number} scale
 * @param {Record<Verdict, string>} colours
 */
function drawMarks(pen, { targets, visible }, scale, colours) {
  for (const verdict of ORDER) {
    const marks = targets.filter((target) => verdictOf(target) === verdict);
    for (const target of marks) drawMark(pen, target, scale, colours[verdict], visible.has(target.id) ? 1 : 0.18);
  }
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Target} target
 * @param {number} scale
 * @param {string} colour
 * @param {number} alpha
 */
function drawMark(pen, target, scale, colour, alpha) {
  const x = cutOf(target) * scale;
  const top = target.strand === "+" ? MIDDLE - LANE : MIDDLE + 3;
  pen.globalAlpha = alpha;
  pen.fillStyle = colour;
  pen.fillRect(x - 1, top, 2, LANE - 3);
  pen.globalAlpha = 1;
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Target} target
 * @param {number} scale
 * @param {string} colour
 */
function drawChosen(pen, target, scale, colour) {
  const x = cutOf(target) * scale;
  const [tip, base] = target.strand === "+" ? [MIDDLE - LANE - 1, 1] : [MIDDLE + LANE + 1, 2 * MIDDLE - 1];
  pen.fillStyle = colour;
  pen.beginPath();
  pen.moveTo(x, tip);
  pen.lineTo(x - 6, base);
  pen.lineTo(x + 6, base);
  pen.fill();
  pen.fillRect(x - 1, Math.min(tip, MIDDLE + 3), 2, LANE - 2);
}
