import { ApiError } from "../api.js";
import { h } from "../dom/elements.js";
import { either, emailProblem } from "../model/email.js";
import { field } from "./field.js";

/**
 * @import {Api} from "../api.js"
 */

/**
 * Whom to mail when the job is over; out of sight where the deployment sends no mail, or does not say.
 * @param {Api} api
 */
export function emailField(api) {
  const control = h("input", {
    type: "email",
    id: "email",
    autocomplete: "email",
    spellcheck: "false",
    input: () => complain(null),
  });
  const { element, say, complain } = field("E-mail me when it is over (optional)", control);
  /** @type {string[]} */
  let domains = [];
  element.hidden = true;
  api.about().then(offer, (error) => {
    if (!(error instanceof ApiError)) throw error;
  });

  /** @param {{mailDomains?: string[]}} about */
  function offer({ mailDomains = [] }) {
    domains = mailDomains;
    element.hidden = domains.length === 0;
    say(`An address at ${either(domains)}. AWS asks you to confirm it the first time.`);
  }

  return {
    element,
    /** @returns {HTMLElement | null} the control that needs a change */
    check: () => (complain(emailProblem(control.value, domains)) ? null : control),
    /** @returns {string | null} the address, if one was given */
    value: () => control.value.trim() || null,
  };
}
