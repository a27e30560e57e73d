import { fill, h } from "../dom/elements.js";

/**
 * @import {Child} from "../dom/elements.js"
 */

/**
 * Create a labelled control with a hint and a line for its problem.
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
    showHint: (...text) => fill(hintLine, ...text),
    /**
     * @param {string | null} text null if there is no problem
     * @returns {boolean} whether there is no problem
     */
    showProblem(text) {
      fill(problem, text);
      if (text === null) control.removeAttribute("aria-invalid");
      else control.setAttribute("aria-invalid", "true");
      return text === null;
    },
  };
}
