/** SeqViz. It is loaded when the first map is drawn, because it needs React. */

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
 * Create the view of a window of the query, base by base, with guides as arrows.
 * @param {HTMLElement} container
 * @param {(id: number) => void} onChoose
 */
export function sequenceViewer(container, onChoose) {
  /** @type {ReturnType<typeof Viewer>} */
  let viewer;
  let first = 0;
  const improve = () => {
    nameScroller(container);
    countFrom(container, first);
  };
  new MutationObserver(improve).observe(container, { childList: true, subtree: true });

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
      // SeqViz leaves out characters that it does not know, which would shift everything after them.
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
      viewer = Viewer(container, state);
      viewer?.render();
    }
    requestAnimationFrame(() => {
      countFrom(container, start);
      scrollToChosen(container, chosen, start, end);
    });
  }

  return { show };
}

/**
 * Return SeqViz's marks for the chosen guide: its bases, and where Cas9 cuts them.
 * @param {Target | null} target
 * @param {number} start of the window
 * @param {string} colour
 */
function chosenMarks(target, start, colour) {
  if (!target) return { highlights: [], enzymesCustom: {}, enzymes: [] };
  const { guide, pam } = target;
  // The cut is drawn as that of an enzyme whose only site is the guide: 3 bp before the PAM on both strands.
  const cut = { name: `cut #${target.id}`, rseq: (guide + pam).toLowerCase(), fcut: 17, rcut: 17, color: colour };
  return {
    highlights: [{ start: target.start - start, end: target.end - start, color: colour }],
    enzymesCustom: { cut },
    enzymes: [],
  };
}

/**
 * Make the scrolling lines of SeqViz accessible by keyboard, and name them.
 * @param {HTMLElement} container
 */
function nameScroller(container) {
  const scroller = container.querySelector(".la-vz-linear-scroller:not([tabindex])");
  scroller?.setAttribute("tabindex", "0");
  scroller?.setAttribute("role", "region");
  scroller?.setAttribute("aria-label", "Sequence with guides; the table lists them");
}

/**
 * Number the bases as in the query. SeqViz numbers those of the window.
 * @param {HTMLElement} container
 * @param {number} start of the window
 */
function countFrom(container, start) {
  for (const label of /** @type {NodeListOf<SVGTextElement>} */ (
    container.querySelectorAll(".la-vz-index-tick-label")
  )) {
    label.dataset.at ??= label.textContent ?? "";
    const position = count(start + Number(label.dataset.at));
    if (label.textContent !== position) label.textContent = position;
  }
}

/**
 * Scroll to the chosen guide. Its position is computed, because SeqViz draws only the lines in sight.
 * @param {HTMLElement} container
 * @param {Target | null} chosen
 * @param {number} start
 * @param {number} end
 */
function scrollToChosen(container, chosen, start, end) {
  const scroller = container.querySelector(".la-vz-linear-scroller");
  if (!scroller || !chosen || chosen.start < start || chosen.end > end) return;
  const share = (cutOf(chosen) - start) / (end - start);
  scroller.scrollTop = Math.max(0, share * scroller.scrollHeight - scroller.clientHeight / 2);
}
