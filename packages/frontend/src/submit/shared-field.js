import { h } from "../dom/elements.js";

/**
 * Create the choice whether others may see what is sent, for a deployment that people sign in to.
 * @param {string} name of the control
 * @param {string} question
 * @param {string} privately
 * @param {string} shared
 */
export function sharedField(name, question, privately, shared) {
  const radio = (/** @type {string} */ value, /** @type {string} */ label) => {
    const input = h("input", { type: "radio", name, value, checked: value === "private" });
    return { input, element: h("label", {}, input, label) };
  };
  const [own, others] = [radio("private", privately), radio("shared", shared)];
  return {
    element: h("fieldset", {}, h("legend", {}, question), h("div", { class: "choices" }, own.element, others.element)),
    /** @returns {boolean} whether it is shared */
    value: () => others.input.checked,
  };
}
