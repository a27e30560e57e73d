import { ApiError } from "../api.js";
import { h } from "../dom/elements.js";
import { field } from "./field.js";

/**
 * @import {Api} from "../api.js"
 */

/**
 * Whom to mail when the job is over; out of sight where the deployment sends no mail, or does not say.
 * @param {Api} api
 */
export function emailField(api) {
  const control = h("input", { type: "email", id: "email", autocomplete: "email", spellcheck: "false", input: () => complain(null) });
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

/**
 * What is wrong with an address, as the API would say; an empty one is none.
 * @param {string} typed
 * @param {string[]} domains
 * @returns {string | null}
 */
export function emailProblem(typed, domains) {
  const address = typed.trim().toLowerCase();
  if (!address) return null;
  const [, domain] = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@([a-z0-9.-]+)$/.exec(address) ?? [];
  return domain && domains.includes(domain) ? null : `Give an address at ${either(domains)}, or leave this empty.`;
}

/** @param {string[]} domains */
function either(domains) {
  return domains.join(" or ");
}
