/** SeqViz, loaded when a map is first drawn: it brings React along. */

import { Viewer } from "seqviz";
import { cutOf, verdictOf } from "../model/figures.js";
import { count } from "../model/format.js";
import { palette } from "./colours.js";

/**
 * @import {SeqVizProps} from "seqviz"
 * @import {Target} from "../types.js"
 */

const ZOOM = 45;

/**
 * A window of the query, base by base, with its guides as arrows.
 * @param {HTMLElement} place
 * @param {(id: number) => void} onChoose
 */
export function sequenceViewer(place, onChoose) {
  /** @type {ReturnType<typeof Viewer>} */
  let viewer;
  let first = 0;
  const mend = () => {
    nameScroller(place);
    countFrom(place, first);
  };
  new MutationObserver(mend).observe(place, { childList: true, subtree: true });

  /**
   * @param {string} bases of the window
   * @param {Target[]} targets of the contig
   * @param {Set<number>} visible
   * @param {[number, number]} window
   * @param {Target | null} chosen
   */
  function show(bases, targets, visible, [start, end], chosen) {
    const colours = palette();
    const within = targets.filter((target) => target.start >= start && target.end <= end && visible.has(target.id));
    /** @type {SeqVizProps} */
    const state = {
      name: "query",
      // SeqViz leaves out what it does not know, and all that follows would be drawn beside its place.
      seq: bases.replaceAll("-", "N"),
      seqType: "dna",
      viewer: "linear",
      disableExternalFonts: true,
      showComplement: true,
      showIndex: true,
      zoom: { linear: ZOOM },
      annotations: within.map((target) => ({
        name: `#${target.id}`,
        start: target.start - start,
        end: target.end - start,
        direction: target.strand === "+" ? 1 : -1,
        color: colours.verdicts[verdictOf(target)],
      })),
      ...chosenMarks(within.find(({ id }) => id === chosen?.id) ?? null, start, colours.mark),
      onSelection: ({ name, type }) =>
        type === "ANNOTATION" && name?.startsWith("#") && onChoose(Number(name.slice(1))),
      style: { height: "100%", width: "100%" },
      primers: [],
    };
    first = start;
    if (viewer) viewer.setState(state);
    else {
      viewer = Viewer(place, state);
      viewer?.render();
    }
    requestAnimationFrame(() => {
      countFrom(place, start);
      reach(place, chosen, start, end);
    });
  }

  return { show };
}

/**
 * The chosen guide's bases, and where Cas9 cuts them.
 * @param {Target | null} target
 * @param {number} start of the window
 * @param {string} colour
 */
function chosenMarks(target, start, colour) {
  if (!target) return { highlights: [], enzymesCustom: {}, enzymes: [] };
  const { guide, pam } = target;
  // An enzyme that knows this one site draws the cut: 3 bp before the PAM on both strands.
  const cut = { name: `cut #${target.id}`, rseq: (guide + pam).toLowerCase(), fcut: 17, rcut: 17, color: colour };
  return {
    highlights: [{ start: target.start - start, end: target.end - start, color: colour }],
    enzymesCustom: { cut },
    enzymes: [],
  };
}

/**
 * SeqViz's lines scroll, so keyboards must get there, and be told where they are.
 * @param {HTMLElement} place
 */
function nameScroller(place) {
  const scroller = place.querySelector(".la-vz-linear-scroller:not([tabindex])");
  scroller?.setAttribute("tabindex", "0");
  scroller?.setAttribute("role", "region");
  scroller?.setAttribute("aria-label", "Sequence with guides; the table lists them");
}

/**
 * SeqViz counts the bases of what it is given; people count those of the query.
 * @param {HTMLElement} place
 * @param {number} start of the window
 */
function countFrom(place, start) {
  for (const label of /** @type {NodeListOf<SVGTextElement>} */ (place.querySelectorAll(".la-vz-index-tick-label"))) {
    label.dataset.at ??= label.textContent ?? "";
    const position = count(start + Number(label.dataset.at));
    if (label.textContent !== position) label.textContent = position;
  }
}

/**
 * Scroll to the chosen guide; SeqViz draws only the lines in sight, so its place is worked out.
 * @param {HTMLElement} place
 * @param {Target | null} chosen
 * @param {number} start
 * @param {number} end
 */
function reach(place, chosen, start, end) {
  const scroller = place.querySelector(".la-vz-linear-scroller");
  if (!scroller || !chosen || chosen.start < start || chosen.end > end) return;
  const share = (cutOf(chosen) - start) / (end - start);
  scroller.scrollTop = Math.max(0, share * scroller.scrollHeight - scroller.clientHeight / 2);
}
