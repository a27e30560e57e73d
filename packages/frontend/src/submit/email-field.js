import { ApiError } from "../api.js";
import { h } from "../dom/elements.js";
import { either, emailProblem } from "../model/email.js";
import { field } from "./field.js";

/**
 * @import {Api} from "../api.js"
 * @import {About} from "../types.js"
 */

/**
 * Create the field for the address to email when the job has finished. It is hidden unless the deployment sends email.
 * @param {Api} api
 */
export function emailField(api) {
  const control = h("input", {
    type: "email",
    id: "email",
    autocomplete: "email",
    spellcheck: "false",
    input: () => showProblem(null),
  });
  const { element, showHint, showProblem } = field("Email me when the job has finished (optional)", control);
  /** @type {string[]} */
  let domains = [];
  element.hidden = true;
  api.about().then(offer, (error) => {
    if (!(error instanceof ApiError)) throw error;
  });

  /** @param {About} about */
  function offer({ mailDomains }) {
    domains = mailDomains;
    element.hidden = domains.length === 0;
    showHint(`An address at ${either(domains)}. The first time, AWS will ask you to confirm it.`);
  }

  return {
    element,
    /** @returns {HTMLElement | null} the control that needs a change */
    check: () => (showProblem(emailProblem(control.value, domains)) ? null : control),
    /** @returns {string | null} the address, if there is one */
    value: () => control.value.trim() || null,
  };
}
