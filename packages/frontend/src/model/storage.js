/** What this browser remembers. A browser that keeps nothing is no reason to fail. */

/**
 * A text that was typed in this tab, for when its user comes back to it.
 * @param {string} name
 * @returns {string}
 */
export function recallDraft(name) {
  try {
    return sessionStorage.getItem(`crackling.${name}`) ?? "";
  } catch {
    return "";
  }
}

/**
 * @param {string} name
 * @param {string} text
 */
export function rememberDraft(name, text) {
  try {
    sessionStorage.setItem(`crackling.${name}`, text);
  } catch {
    // Full, or forbidden by its user.
  }
}

/**
 * @template Value
 * @param {string} name
 * @param {Value} otherwise where nothing usable is kept
 * @returns {Value}
 */
export function recall(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(`crackling.${name}`) ?? "null") ?? otherwise;
  } catch {
    return otherwise;
  }
}

/**
 * @param {string} name
 * @param {unknown} value
 */
export function remember(name, value) {
  try {
    localStorage.setItem(`crackling.${name}`, JSON.stringify(value));
  } catch {
    // Full, or forbidden by its user.
  }
}
