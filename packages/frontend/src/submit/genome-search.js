import { ApiError } from "../api.js";
import { fill, h } from "../dom/elements.js";
import { isAccession, lacksVersion } from "../model/accessions.js";
import { choiceOfAccession, choicesOf } from "../model/genome-choices.js";
import { Combobox } from "./combobox.js";
import { field } from "./field.js";

/**
 * @import {Api} from "../api.js"
 * @import {Assembly, Genome} from "../types.js"
 * @import {Choice} from "../model/genome-choices.js"
 */

const PAUSE = 300;
const FEWEST_LETTERS = 3;
// The API's status for an accession that does not exist or was withdrawn.
const REFUSED = 422;
const HINT = "Type an organism or an NCBI accession (GCF_… or GCA_…). Genomes that were used before come first.";

/** A field to choose a genome of this deployment or one of NCBI's assemblies. */
export class GenomeSearch {
  #box = new Combobox("genome", "Escherichia coli, or GCF_000005845.2", (choice) => this.#choose(choice));
  #field = field("Genome", this.#box.input, HINT);
  #chosen = h("p", { class: "chosen", role: "status" });
  /** @type {Genome[]} */
  #library = [];
  /** @type {Assembly[]} */
  #found = [];
  /** @type {Choice | null} */
  #choice = null;
  #asking = new AbortController();

  /** @param {Api} api */
  constructor(api) {
    this.api = api;
    this.#box.surround();
    this.element = this.#field.element;
    this.element.append(this.#chosen);
    const { input } = this.#box;
    input.addEventListener("input", () => {
      this.#setChoice(null);
      void this.#search();
    });
    input.addEventListener("focus", () => this.#choice || void this.#search());
  }

  /** Read the genomes of this deployment, and choose the one that was used last. */
  async list() {
    this.#library = await this.api.genomes();
    const [first] = choicesOf(this.#library, [], "", this.api.now());
    if (first && !this.#choice && !this.#typed()) this.#choose(first);
  }

  /** @param {string} accession chosen unless another genome is */
  propose(accession) {
    if (!this.#choice && !this.#typed()) this.#choose(this.#named(accession));
  }

  /** @returns {HTMLElement | null} the control that needs a change */
  check() {
    const typed = this.#typed();
    if (!this.#choice && isAccession(typed)) this.#setChoice(this.#named(typed));
    const version = lacksVersion(typed)
      ? `${typed} has no version. Type the full accession, such as ${typed}.1.`
      : null;
    const problem = typed
      ? "Choose a genome from the list, or type a full accession such as GCF_000840245.1."
      : "Choose a genome.";
    return this.#field.showProblem(this.#choice ? null : (version ?? problem)) ? null : this.#box.input;
  }

  /**
   * Return the genome's id. An accession that was not searched for before is looked up at NCBI.
   * @param {AbortSignal} signal
   * @returns {Promise<string | null>} null if there is no such genome; the field shows why
   */
  async value(signal) {
    const { id, unknown } = /** @type {Choice} */ (this.#choice);
    if (!unknown) return id;
    try {
      await this.api.searchGenomes(id, signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof ApiError)) throw error;
      if (error.status === REFUSED) {
        this.#refuse(error);
        this.#box.input.focus();
        return null;
      }
      // NCBI may be available again when the job needs the genome.
    }
    return id;
  }

  stop() {
    this.#asking.abort();
  }

  #typed() {
    return this.#box.input.value.trim();
  }

  /** @param {Choice | null} choice */
  #setChoice(choice) {
    this.#choice = choice;
    this.#field.showProblem(null);
    fill(
      this.#chosen,
      choice && h("span", { class: "tick" }, "✓ "),
      choice && h("strong", {}, choice.title),
      choice && ` · ${choice.detail} · ${choice.cost}`,
    );
  }

  /**
   * Return the choice of an accession, with what is known about it.
   * @param {string} accession
   */
  #named(accession) {
    const id = accession.toUpperCase();
    const choices = choicesOf(this.#library, this.#found, id, this.api.now());
    return choices.find((choice) => choice.id === id) ?? choiceOfAccession(id);
  }

  /** @param {ApiError} error why there is no such genome */
  #refuse({ message }) {
    this.#setChoice(null);
    this.#box.show([], "");
    this.#field.showProblem(`${message}.`.replace(/\.\.$/, "."));
  }

  /** @param {Choice} choice */
  #choose(choice) {
    this.stop();
    this.#box.input.value = choice.title === choice.id ? choice.id : `${choice.title} · ${choice.id}`;
    this.#setChoice(choice);
  }

  async #search() {
    this.stop();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    const text = this.#typed();
    const known = choicesOf(this.#library, [], text, this.api.now());
    const ask = text.length >= FEWEST_LETTERS;
    this.#box.show(known, ask ? "Searching NCBI…" : known.length ? "" : "Type at least three letters to search NCBI.");
    if (!ask) return;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    if (signal.aborted) return;
    try {
      ({ genomes: this.#found } = await this.api.searchGenomes(text, signal));
      const choices = choicesOf(this.#library, this.#found, text, this.api.now());
      this.#box.show(choices, choices.length ? "" : nothingFor(text));
      if (isAccession(text)) this.#setChoice(this.#named(text));
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      if (error.status === REFUSED) return this.#refuse(error);
      this.#box.show(isAccession(text) ? [this.#named(text)] : known, `NCBI cannot be searched now: ${error.message}`);
    }
  }
}

/** @param {string} text */
function nothingFor(text) {
  if (lacksVersion(text)) return `An accession ends with its version, such as ${text}.1.`;
  return `NCBI has no assembly for “${text}”. Check the spelling, or upload your own genome.`;
}
