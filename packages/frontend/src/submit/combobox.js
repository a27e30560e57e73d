import { fill, h } from "../dom/elements.js";
import { count } from "../model/format.js";

/**
 * @import {Choice} from "../model/genome-choices.js"
 */

/** The most choices that are shown; more of the name finds the others. */
const SHOWN = 50;

/**
 * A text field with a list of choices below it, as in the WAI-ARIA practices: arrows, Enter and Escape act on the list
 * while the focus stays in the field.
 */
export class Combobox {
  /** @type {Choice[]} */
  #choices = [];
  #active = -1;
  #status = h("p", { class: "unseen", role: "status" });

  /**
   * @param {string} id
   * @param {string} placeholder
   * @param {(choice: Choice) => void} onChoose
   */
  constructor(id, placeholder, onChoose) {
    this.id = id;
    this.onChoose = onChoose;
    this.list = h("div", {
      role: "listbox",
      id: `${id}-list`,
      class: "choices-list",
      "aria-label": "Genomes",
      hidden: true,
    });
    this.input = h("input", {
      id,
      placeholder,
      role: "combobox",
      "aria-expanded": "false",
      "aria-controls": this.list.id,
      "aria-autocomplete": "list",
      autocomplete: "off",
      spellcheck: "false",
      keydown: (event) => this.#onKey(event),
      blur: () => this.#setOpen(false),
    });
  }

  /** Put the list and its status next to the field, which has to be in the form. */
  surround() {
    const holder = h("div", { class: "combobox" });
    this.input.before(holder);
    holder.append(this.input, this.list, this.#status);
  }

  /**
   * Show the first choices. A list of thousands would make the page slow, and nobody reads it.
   * @param {Choice[]} choices
   * @param {string} note the state of the search, or why there are no choices
   */
  show(choices, note) {
    const shown = choices.slice(0, SHOWN);
    const more = choices.length - shown.length;
    this.#choices = shown;
    fill(
      this.list,
      ...shown.map((choice, index) => this.#option(choice, index)),
      more > 0 && h("div", { class: "note", role: "presentation" }, `${count(more)} more: type more of the name.`),
      note && h("div", { class: "note", role: "presentation" }, note),
    );
    fill(this.#status, choices.length ? `${count(choices.length)} genomes` : note);
    this.#setActive(-1);
    if (document.activeElement === this.input) this.#setOpen(shown.length > 0 || note !== "");
  }

  /** @param {boolean} open */
  #setOpen(open) {
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
    if (open) this.list.scrollIntoView({ block: "nearest" });
    else this.#setActive(-1);
  }

  /** @param {number} index */
  #setActive(index) {
    this.#active = index;
    const options = [...this.list.querySelectorAll("[role=option]")];
    options.forEach((option, each) => {
      option.setAttribute("aria-selected", String(each === index));
    });
    const current = options[index];
    current?.scrollIntoView({ block: "nearest" });
    if (current) this.input.setAttribute("aria-activedescendant", current.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  /** @param {number} index */
  #take(index) {
    const choice = this.#choices[index];
    this.#setOpen(false);
    if (choice) this.onChoose(choice);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape" && !this.list.hidden) this.#setOpen(false);
    else if (event.key === "Enter" && this.#active >= 0) this.#take(this.#active);
    else if (step && this.#choices.length > 0) this.#step(step);
    else return;
    event.preventDefault();
  }

  /** @param {number} step */
  #step(step) {
    const many = this.#choices.length;
    const from = this.#active < 0 && step < 0 ? many : this.#active;
    this.#setOpen(true);
    this.#setActive((from + step + many) % many);
  }

  /** @param {Choice} choice @param {number} index */
  #option({ title, detail, cost, here }, index) {
    // The field has to keep the focus; otherwise the list would close before the click.
    const keep = (/** @type {Event} */ event) => event.preventDefault();
    return h(
      "div",
      {
        role: "option",
        id: `${this.id}-option-${index}`,
        "aria-selected": "false",
        mousedown: keep,
        click: () => this.#take(index),
      },
      h("span", { class: "name" }, title),
      h("span", { class: here ? "cost here" : "cost" }, cost),
      h("span", { class: "detail" }, detail),
    );
  }
}
