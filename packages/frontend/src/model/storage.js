/** Store what this browser remembers. The page also works in a browser that stores nothing. */

/**
 * Return the text that the user typed into a field of this tab before.
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
    // The storage is full, or the user has disabled it.
  }
}

/**
 * @template Value
 * @param {string} name
 * @param {Value} otherwise returned if nothing usable is stored
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
    // The storage is full, or the user has disabled it.
  }
}
