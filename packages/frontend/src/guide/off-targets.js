import { copyButton } from "../dom/copy.js";
import { fill, h } from "../dom/elements.js";
import { count, locusOf, strandSign } from "../model/format.js";
import { asText, countByMismatches, runsOf } from "../model/off-targets.js";

/**
 * @import {OffTarget, OffTargets, Target} from "../types.js"
 */

/**
 * The places in the genome that one guide may bind.
 * @param {OffTargets} found
 * @param {Target} target
 * @param {((place: OffTarget) => void) | null} onLocate shows a place in the genome browser
 */
export function offTargetList({ guide, total, offTargets }, target, onLocate) {
  if (total === 0)
    return [
      h("p", {}, "No place in the genome is within 4 mismatches of this guide: it is not in this genome either."),
    ];
  const counts =
    total > offTargets.length
      ? [target.mm0, target.mm1, target.mm2, target.mm3, target.mm4]
      : countByMismatches(offTargets);
  const annotated = offTargets.some(({ gene, feature }) => gene || feature);
  const body = h("tbody");
  const choices = counts.map((number, mismatches) => mismatchChoice(number, mismatches, show));
  show();
  return [
    h(
      "div",
      { class: "toolbar" },
      h("p", { class: "summary" }, total === 1 ? "One site" : `${count(total)} sites`, " within 4 mismatches"),
      copyButton("Copy the list", () => asText(offTargets)),
    ),
    h(
      "div",
      { class: "mismatches", role: "group", "aria-label": "Off-targets by number of mismatches" },
      ...choices.map(({ label }) => label),
    ),
    total > offTargets.length && h("p", { class: "note" }, `The ${count(offTargets.length)} riskiest are listed.`),
    h(
      "div",
      { class: "scroll list", tabindex: 0, role: "region", "aria-label": "List of off-targets" },
      h(
        "table",
        { class: "plain places" },
        h(
          "thead",
          {},
          h("tr", {}, ...titles(annotated, onLocate !== null).map((title) => h("th", { scope: "col" }, title))),
        ),
        body,
      ),
    ),
    h(
      "p",
      { class: "hint" },
      "A dot is a base that matches the guide. Places cover site and PAM; bases are counted from 1. MIT runs from 0 to 100, CFD from 0 to 1; a place with a low score is unlikely to be cut.",
    ),
  ];

  function show() {
    const wanted = offTargets.filter(({ mismatches }) => choices[mismatches]?.box.checked);
    const head = h(
      "tr",
      { class: "query" },
      h("td", {}, "guide"),
      h("td", {}, h("code", {}, guide)),
      h("td", {}, h("code", {}, "NRG")),
      h("td", { colspan: 3 + (annotated ? 1 : 0) + (onLocate ? 1 : 0) }),
    );
    fill(body, head, ...wanted.map((place) => row(place, annotated, onLocate)));
  }
}

/**
 * @param {number} number of places
 * @param {number} mismatches
 * @param {() => void} onChange
 */
function mismatchChoice(number, mismatches, onChange) {
  const box = h("input", { type: "checkbox", checked: true, disabled: number === 0, change: onChange });
  const label = h(
    "label",
    { class: mismatches === 0 && number > 1 ? "several" : "" },
    box,
    h("strong", {}, count(number)),
    ` with ${mismatches}`,
  );
  return { box, label };
}

/**
 * @param {boolean} annotated
 * @param {boolean} locatable
 */
function titles(annotated, locatable) {
  return [
    "Mismatches",
    "Site",
    "PAM",
    "Place",
    "MIT",
    "CFD",
    ...(annotated ? ["Gene"] : []),
    ...(locatable ? ["Browser"] : []),
  ];
}

/**
 * @param {OffTarget} place
 * @param {boolean} annotated
 * @param {((place: OffTarget) => void) | null} onLocate
 */
function row(place, annotated, onLocate) {
  const { mismatches, site, alignment, pam, strand, mit, cfd, gene, feature } = place;
  const runs = runsOf(site, alignment).map(({ text, mismatch }) =>
    mismatch ? h("mark", {}, text) : ".".repeat(text.length),
  );
  return h(
    "tr",
    {},
    h("td", { class: "number" }, mismatches),
    h("td", {}, h("code", { title: site }, ...runs)),
    h("td", {}, h("code", {}, pam)),
    h("td", { class: "place" }, locusOf(place), " ", strandSign(strand)),
    h("td", { class: "number" }, mit.toFixed(2)),
    h("td", { class: "number" }, cfd.toFixed(4)),
    annotated && h("td", {}, [gene, feature].filter(Boolean).join(", ")),
    onLocate &&
      h(
        "td",
        {},
        h(
          "button",
          { type: "button", class: "quiet", "aria-label": `Show ${locusOf(place)}`, click: () => onLocate(place) },
          "Show",
        ),
      ),
  );
}
