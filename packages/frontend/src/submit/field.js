import { fill, h } from "../dom/elements.js";

/**
 * @import {Child} from "../dom/elements.js"
 */

/**
 * A labelled control with a hint and a place for what is wrong with it.
 * @template {HTMLElement} Control
 * @param {string} label
 * @param {Control} control with an id
 * @param {Child} [hint]
 */
export function field(label, control, hint) {
  const problem = h("p", { class: "problem", id: `${control.id}-problem`, "aria-live": "polite" });
  const hintLine = h("p", { class: "hint", id: `${control.id}-hint` }, hint);
  control.setAttribute("aria-describedby", `${problem.id} ${hintLine.id}`);
  const element = h("div", { class: "field" }, h("label", { for: control.id }, label), control, problem, hintLine);
  return {
    element,
    control,
    /** @param {...Child} text */
    say: (...text) => fill(hintLine, ...text),
    /**
     * @param {string | null} text null where nothing is wrong
     * @returns {boolean} whether all is well
     */
    complain(text) {
      fill(problem, text);
      if (text === null) control.removeAttribute("aria-invalid");
      else control.setAttribute("aria-invalid", "true");
      return text === null;
    },
  };
}
