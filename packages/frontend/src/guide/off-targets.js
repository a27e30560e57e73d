import { copyButton } from "../dom/copy.js";
import { fill, h } from "../dom/elements.js";
import { count, locationOf, strandSign } from "../model/format.js";
import { asText, countByMismatches, runsOf } from "../model/off-targets.js";

/**
 * @import {OffTarget, OffTargets, Target} from "../types.js"
 */

/**
 * Create the list of the sites in the genome that a guide may bind.
 * @param {OffTargets} found
 * @param {Target} target
 * @param {((offTarget: OffTarget) => void) | null} onLocate shows a site in the genome browser
 */
export function offTargetList({ guide, total, offTargets }, target, onLocate) {
  if (total === 0)
    return [
      h(
        "p",
        {},
        "No site in the genome is within 4 mismatches of this guide, so this genome does not contain the guide itself.",
      ),
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
    total > offTargets.length &&
      h("p", { class: "note" }, `Only the ${count(offTargets.length)} sites with the highest risk are listed.`),
    h(
      "div",
      { class: "scroll list", tabindex: 0, role: "region", "aria-label": "List of off-targets" },
      h(
        "table",
        { class: "plain sites" },
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
      "A dot is a base that matches the guide. Locations include the PAM and are counted from 1. MIT ranges from 0 to 100, CFD from 0 to 1; Cas9 is unlikely to cut a site with a low score.",
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
    fill(body, head, ...wanted.map((offTarget) => row(offTarget, annotated, onLocate)));
  }
}

/**
 * @param {number} number of sites
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
    "Location",
    "MIT",
    "CFD",
    ...(annotated ? ["Gene"] : []),
    ...(locatable ? ["Browser"] : []),
  ];
}

/**
 * @param {OffTarget} offTarget
 * @param {boolean} annotated
 * @param {((offTarget: OffTarget) => void) | null} onLocate
 */
function row(offTarget, annotated, onLocate) {
  const { mismatches, site, alignment, pam, strand, mit, cfd, gene, feature } = offTarget;
  const runs = runsOf(site, alignment).map(({ text, mismatch }) =>
    mismatch ? h("mark", {}, text) : ".".repeat(text.length),
  );
  return h(
    "tr",
    {},
    h("td", { class: "number" }, mismatches),
    h("td", {}, h("code", { title: site }, ...runs)),
    h("td", {}, h("code", {}, pam)),
    h("td", {}, locationOf(offTarget), " ", strandSign(strand)),
    h("td", { class: "number" }, mit.toFixed(2)),
    h("td", { class: "number" }, cfd.toFixed(4)),
    annotated && h("td", {}, [gene, feature].filter(Boolean).join(", ")),
    onLocate &&
      h(
        "td",
        {},
        h(
          "button",
          {
            type: "button",
            class: "quiet",
            "aria-label": `Show ${locationOf(offTarget)}`,
            click: () => onLocate(offTarget),
          },
          "Show",
        ),
      ),
  );
}
