import { h } from "./elements.js";

/**
 * Save a text as a file on the user's machine.
 * @param {string} name
 * @param {string} text
 * @param {string} type
 */
export function saveText(name, text, type) {
  saveBlob(name, new Blob([text], { type }));
}

/**
 * Save data as a file on the user's machine.
 * @param {string} name
 * @param {Blob} data
 */
export function saveBlob(name, data) {
  const address = URL.createObjectURL(data);
  h("a", { href: address, download: name }).click();
  // The browser reads the address only after the click.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
