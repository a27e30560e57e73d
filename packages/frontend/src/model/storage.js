/** Store what this browser remembers. The page also works in a browser that stores nothing. */

const PREFIX = "crackling.";

/**
 * Return a text that this tab remembers: it survives a reload, and ends with the tab.
 * @param {string} name
 * @returns {string} empty if there is none
 */
export function recallInTab(name) {
  try {
    return sessionStorage.getItem(PREFIX + name) ?? "";
  } catch {
    return "";
  }
}

/**
 * @param {string} name
 * @param {string} text empty to forget it
 */
export function rememberInTab(name, text) {
  try {
    if (text) sessionStorage.setItem(PREFIX + name, text);
    else sessionStorage.removeItem(PREFIX + name);
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
    return JSON.parse(localStorage.getItem(PREFIX + name) ?? "null") ?? otherwise;
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
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // The storage is full, or the user has disabled it.
  }
}

/** Remove everything that the page has stored in this browser, except in other tabs. */
export function forgetEverything() {
  try {
    for (const storage of [sessionStorage, localStorage])
      for (const name of Object.keys(storage)) if (name.startsWith(PREFIX)) storage.removeItem(name);
  } catch {
    // The user has disabled the storage, so that it is empty.
  }
}
