import { copyButton } from "../dom/copy.js";
import { fill, h } from "../dom/elements.js";
import { CLONINGS, isCut, isOverhang, oligosOf } from "../model/oligos.js";
import { recall, remember } from "../model/storage.js";

/**
 * @import {Target} from "../types.js"
 * @import {Cloning} from "../model/oligos.js"
 */

const CUSTOM = "custom";
const USUAL = { kind: "bbsi", forward: "CACC", reverse: "AAAC", beginWithG: true };

/**
 * Create the panel with the oligos to order for a guide. It remembers the choice of the vector.
 * @param {Target} target
 */
export function oligoPanel({ id, guide }) {
  const chosen = { ...USUAL, ...recall("oligos", USUAL) };
  const kind = h(
    "select",
    { id: "oligo-kind", change: show },
    ...Object.entries(CLONINGS).map(([name, cloning]) =>
      h("option", { value: name, selected: name === chosen.kind }, cloning.name),
    ),
    h("option", { value: CUSTOM, selected: chosen.kind === CUSTOM }, "Other overhangs"),
  );
  const forward = h("input", {
    id: "oligo-forward",
    size: 8,
    value: chosen.forward,
    spellcheck: "false",
    autocomplete: "off",
    input: show,
  });
  const reverse = h("input", {
    id: "oligo-reverse",
    size: 8,
    value: chosen.reverse,
    spellcheck: "false",
    autocomplete: "off",
    input: show,
  });
  const custom = h(
    "span",
    { class: "range" },
    h("label", {}, "Forward 5′ ", forward),
    h("label", {}, "Reverse 5′ ", reverse),
  );
  const beginWithG = h("input", { type: "checkbox", checked: chosen.beginWithG, change: show });
  const out = h("div", { "aria-live": "polite" });
  show();
  return h(
    "section",
    { class: "oligos", "aria-labelledby": "oligos-title" },
    h("h3", { id: "oligos-title" }, "Oligos to order"),
    h(
      "div",
      { class: "fields-row" },
      h("label", {}, "Vector ", kind),
      custom,
      h("label", {}, beginWithG, "Begin with G, for U6"),
    ),
    out,
  );

  function show() {
    custom.hidden = kind.value !== CUSTOM;
    const own = {
      name: "",
      forward: forward.value.trim().toUpperCase(),
      reverse: reverse.value.trim().toUpperCase(),
      site: "",
    };
    const cloning = CLONINGS[kind.value] ?? own;
    remember("oligos", {
      kind: kind.value,
      forward: own.forward,
      reverse: own.reverse,
      beginWithG: beginWithG.checked,
    });
    if (!isOverhang(cloning.forward) || !isOverhang(cloning.reverse))
      return fill(out, h("p", { class: "problem" }, "An overhang has up to 12 bases, which are A, C, G or T."));
    return fill(out, ...describe(id, guide, cloning, beginWithG.checked));
  }
}

/**
 * @param {number} id
 * @param {string} guide
 * @param {Cloning} cloning
 * @param {boolean} beginWithG
 */
function describe(id, guide, cloning, beginWithG) {
  const { forward, reverse, added } = oligosOf(guide, cloning, beginWithG);
  const names = [`guide_${id}_F`, `guide_${id}_R`];
  const table = h(
    "table",
    { class: "plain" },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, "Name"),
        h("th", { scope: "col" }, "Sequence, 5′ to 3′"),
        h("th", { scope: "col", class: "number" }, "Bases"),
      ),
    ),
    h(
      "tbody",
      {},
      ...[forward, reverse].map((oligo, index) =>
        h(
          "tr",
          {},
          h("td", {}, names[index]),
          h("td", {}, h("code", {}, oligo)),
          h("td", { class: "number" }, oligo.length),
        ),
      ),
    ),
  );
  return [
    h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Oligos" }, table),
    added && h("p", { class: "hint" }, "A G has been put before the guide, which does not begin with one."),
    isCut(guide, cloning.site) &&
      h(
        "p",
        { class: "caution" },
        `The guide contains ${cloning.site}, the site of this vector’s enzyme, and would be cut during cloning.`,
      ),
    copyButton("Copy both", () => `${names[0]}\t${forward}\n${names[1]}\t${reverse}\n`),
  ];
}
