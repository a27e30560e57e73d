import { fill, h } from "../dom.js";

/**
 * @import {Choice} from "./genome-choices.js"
 */

/**
 * A text field with a list of choices below, as the WAI-ARIA practices have it: arrows, Enter and Escape work on the
 * list while the focus stays in the field.
 * @param {string} id
 * @param {string} placeholder
 * @param {(choice: Choice) => void} onChoose
 */
export function combobox(id, placeholder, onChoose) {
  const list = h("div", { role: "listbox", id: `${id}-list`, class: "choices-list", "aria-label": "Genomes", hidden: true });
  const status = h("p", { class: "unseen", role: "status" });
  const input = h("input", { id, placeholder, role: "combobox", "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false", keydown: onKey, blur: close });
  /** @type {Choice[]} */
  let choices = [];
  let active = -1;

  /** @param {boolean} open */
  function setOpen(open) {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (!open) setActive(-1);
  }

  function close() {
    setOpen(false);
  }

  /** @param {number} index */
  function setActive(index) {
    active = index;
    const options = [...list.querySelectorAll("[role=option]")];
    options.forEach((option, each) => option.setAttribute("aria-selected", String(each === index)));
    const current = options[index];
    if (current) (input.setAttribute("aria-activedescendant", current.id), current.scrollIntoView({ block: "nearest" }));
    else input.removeAttribute("aria-activedescendant");
  }

  /** @param {number} index */
  function take(index) {
    const choice = choices[index];
    if (!choice) return;
    setOpen(false);
    onChoose(choice);
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.key === "Escape" && !list.hidden) return event.preventDefault(), setOpen(false);
    if (event.key === "Enter" && active >= 0) return event.preventDefault(), take(active);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || choices.length === 0) return;
    event.preventDefault();
    setOpen(true);
    setActive(active < 0 && step < 0 ? choices.length - 1 : (active + step + choices.length) % choices.length);
  }

  /** @param {Choice} choice @param {number} index */
  function option({ title, detail, cost, here }, index) {
    // The field keeps the focus, or the list would close before the click.
    const keep = (/** @type {Event} */ event) => event.preventDefault();
    return h("div", { role: "option", id: `${id}-option-${index}`, "aria-selected": "false", mousedown: keep, click: () => take(index) },
      h("span", { class: "name" }, title), h("span", { class: here ? "cost here" : "cost" }, cost), h("span", { class: "detail" }, detail),
    );
  }

  return {
    input,
    list,
    status,
    /**
     * @param {Choice[]} shown
     * @param {string} note what is going on, or why there are none
     */
    show(shown, note) {
      choices = shown;
      fill(list, ...shown.map(option), note && h("div", { class: "note", role: "presentation" }, note));
      fill(status, shown.length ? `${shown.length} genomes` : note);
      setActive(-1);
      if (document.activeElement === input) setOpen(shown.length > 0 || note !== "");
    },
    close,
  };
}
