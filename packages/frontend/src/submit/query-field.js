import { fill, h } from "../dom/elements.js";
import { EXAMPLE, GUIDES_EXAMPLE } from "../model/examples.js";
import { count, countOf } from "../model/format.js";
import { examineGuides } from "../model/guide-list.js";
import { mistakenFor } from "../model/mistaken.js";
import { examineQuery, isFasta, nameOf } from "../model/query.js";
import { regionField } from "./region-field.js";
import { textField } from "./text-field.js";

/**
 * @import {Api} from "../api.js"
 * @import {Limits} from "../types.js"
 */

/**
 * @typedef {{fasta: string} | {sequence: string} | {guides: string[]} | {region: string}} Query
 */

/**
 * Create the fields for the query: a sequence or a region of the genome to search for guides, or guides to score.
 * @param {Api} api
 * @param {() => void} onExample called when the user chooses an example
 */
export function queryField(api, onExample) {
  /**
   * Empty until the API has answered. Until then only the API refuses what is too large.
   * @type {Partial<Limits>}
   */
  let limits = {};
  const upTo = (/** @type {number | undefined} */ most, /** @type {string} */ unit) =>
    most ? `, up to ${count(most)} ${unit}` : "";
  const largest = () => limits.letters ?? Infinity;
  const sequence = textField({
    id: "query",
    label: "Sequence",
    hint: () => `FASTA or plain DNA${upTo(limits.bases, "bases")}. Paste it, or drop a file here.`,
    placeholder: ">my_gene\nATGAGCACAAAAAAGAAACC…",
    example: { label: "Example: λ cI", text: EXAMPLE },
    examine: (text) => describeQuery(text, limits.bases),
    largest,
    onExample,
  });
  const guides = textField({
    id: "guides",
    label: "Guides",
    hint: () => `One guide per line${upTo(limits.guides, "guides")}: 20 bases, or 23 with the PAM.`,
    placeholder: "GGTTTAGCAATTGCGATCCA\nCCATTGACGGATTAGCATTT TGG",
    example: { label: "Example: three guides", text: GUIDES_EXAMPLE },
    examine: (text) => describeGuides(text, limits.guides),
    largest,
    onExample,
  });
  const region = regionField(() => limits.bases, onExample);
  api
    .about()
    .then((about) => {
      limits = about.limits;
      sequence.showHint();
      guides.showHint();
    })
    .catch(() => {});
  const tabs = tabList("What to score", [
    ["A sequence", sequence],
    ["A gene or region", region],
    ["My own guides", guides],
  ]);

  return {
    element: tabs.element,
    check: () => tabs.current().check(),
    /** @returns {{query: Query, name: string}} `name` for the list of recent jobs */
    value() {
      if (tabs.current() === guides) {
        const own = examineGuides(guides.value()).guides;
        return { query: { guides: own }, name: countOf(own.length, "own guide") };
      }
      if (tabs.current() === region) return { query: { region: region.value() }, name: region.value() };
      const { text, bases } = examineQuery(sequence.value());
      return {
        query: isFasta(text) ? { fasta: text } : { sequence: text.trim() },
        name: nameOf(text) || countOf(bases, "base"),
      };
    },
  };
}

/**
 * @param {string} text
 * @param {number} [most] bases
 */
function describeQuery(text, most) {
  const mistake = mistakenFor(text);
  if (mistake) return { note: null, problem: mistake };
  const { contigs, bases, removed, problem } = examineQuery(text, most);
  if (bases === 0) return { note: null, problem };
  const what = contigs === 1 ? "One sequence" : `${count(contigs)} sequences`;
  const rna = /u/i.test(text.replace(/^>.*$/gm, "")) ? " U is read as T." : "";
  return { note: `${what}, ${countOf(bases, "base")}.${rna}${removed ? ` ${removed}.` : ""}`, problem };
}

/**
 * @param {string} text
 * @param {number} [most] guides
 */
function describeGuides(text, most) {
  const { guides, problem } = examineGuides(text, most);
  const repeated = guides.length - new Set(guides).size;
  const note = guides.length
    ? `${countOf(guides.length, "guide")}${repeated ? `, ${count(repeated)} of them repeated` : ""}.`
    : null;
  return { note, problem };
}

/**
 * Create tabs as in the WAI-ARIA practices: arrows move from one to the next.
 * @template {{element: HTMLElement}} Panel
 * @param {string} label
 * @param {[string, Panel][]} entries
 */
function tabList(label, entries) {
  let chosen = 0;
  const tabs = entries.map(([name], index) =>
    h(
      "button",
      {
        type: "button",
        role: "tab",
        id: `tab-${index}`,
        "aria-controls": `panel-${index}`,
        click: () => choose(index),
      },
      name,
    ),
  );
  const panels = entries.map(([, { element }], index) =>
    h("div", { role: "tabpanel", id: `panel-${index}`, "aria-labelledby": `tab-${index}` }, element),
  );
  const list = h("div", { role: "tablist", "aria-label": label, keydown: onKey }, ...tabs);

  /** @param {number} index */
  function choose(index) {
    chosen = index;
    tabs.forEach((tab, each) => {
      tab.setAttribute("aria-selected", String(each === index));
      tab.tabIndex = each === index ? 0 : -1;
    });
    panels.forEach((panel, each) => {
      panel.hidden = each !== index;
    });
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    choose((chosen + step + tabs.length) % tabs.length);
    tabs[chosen]?.focus();
  }

  choose(0);
  const element = h("div", { class: "tabs" });
  fill(element, list, ...panels);
  return { element, current: () => /** @type {[string, Panel]} */ (entries[chosen])[1] };
}
