import { h } from "./elements.js";

/**
 * Create a button that copies a text. It is hidden on pages without HTTPS, where browsers offer no clipboard.
 * @param {string} label
 * @param {() => string} text
 */
export function copyButton(label, text) {
  const button = h("button", { type: "button", class: "copy", click: copy }, label);
  async function copy() {
    await navigator.clipboard.writeText(text());
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = label), 2000);
  }
  button.hidden = !navigator.clipboard;
  return button;
}
