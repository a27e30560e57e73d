import { ApiError } from "../api.js";
import { fill, h } from "../dom.js";
import { combobox } from "./combobox.js";
import { field } from "./field.js";
import { choiceOfAccession, choicesOf } from "./genome-choices.js";
import { isAccession } from "./upload.js";

/**
 * @import {Api} from "../api.js"
 * @import {Assembly, Genome} from "../types.js"
 * @import {Choice} from "./genome-choices.js"
 */

const PAUSE = 300;
const FEWEST_LETTERS = 3;
const HINT = "Begin to type an organism or an NCBI accession (GCF_… or GCA_…). Genomes that were used before come first.";

/**
 * Choose a genome that is here, or one of NCBI's.
 * @param {Api} api
 */
export function genomeSearch(api) {
  const box = combobox("genome", "Escherichia coli, or GCF_000005845.2", choose);
  const labelled = field("Genome", box.input, HINT);
  const chosen = h("p", { class: "chosen", role: "status" });
  const holder = h("div", { class: "combobox" });
  box.input.before(holder);
  holder.append(box.input, box.list);
  labelled.element.append(chosen, box.status);
  /** @type {Genome[]} */
  let library = [];
  /** @type {Choice | null} */
  let choice = null;
  let asking = new AbortController();
  box.input.addEventListener("input", () => (setChoice(null), void search()));
  box.input.addEventListener("focus", () => choice || void search());

  /** @param {Choice | null} next */
  function setChoice(next) {
    choice = next;
    labelled.complain(null);
    fill(chosen, next && h("span", { class: "tick" }, "✓"), next && h("strong", {}, next.title), next && ` ${next.detail} — ${next.cost}`);
  }

  /** @param {Choice} next */
  function choose(next) {
    asking.abort();
    box.input.value = next.title === next.id ? next.id : `${next.title} · ${next.id}`;
    setChoice(next);
  }

  async function search() {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    const text = box.input.value.trim();
    const here = (/** @type {Assembly[]} */ found) => choicesOf(library, found, text);
    const ask = text.length >= FEWEST_LETTERS;
    box.show(here([]), ask ? "Searching NCBI…" : here([]).length ? "" : "Type at least three letters to search NCBI.");
    if (!ask) return;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    if (signal.aborted) return;
    try {
      const { genomes } = await api.searchGenomes(text, signal);
      const choices = withTyped(here(genomes), text);
      box.show(choices, choices.length ? "" : `NCBI has no assembly for “${text}”. Check the spelling, or upload your own.`);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      box.show(withTyped(here([]), text), `NCBI cannot be searched now: ${error.message}`);
    }
  }

  return {
    element: labelled.element,
    async list() {
      ({ genomes: library } = await api.genomes());
      const [first] = choicesOf(library, [], "");
      // What was used last is what is wanted most often.
      if (first && !choice && !box.input.value) choose(first);
    },
    /** @returns {HTMLElement | null} the control that needs a change */
    check() {
      const typed = box.input.value.trim();
      if (!choice && isAccession(typed)) setChoice(choiceOfAccession(typed));
      const problem = typed ? "Choose one of the list, or type a full accession such as GCF_000840245.1." : "Choose a genome.";
      return labelled.complain(choice ? null : problem) ? null : box.input;
    },
    value: () => /** @type {Choice} */ (choice).id,
    stop: () => asking.abort(),
  };
}

/**
 * @param {Choice[]} choices
 * @param {string} text
 */
function withTyped(choices, text) {
  return isAccession(text) && !choices.some(({ id }) => id === text) ? [...choices, choiceOfAccession(text)] : choices;
}
