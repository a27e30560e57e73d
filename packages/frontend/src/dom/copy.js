import { h } from "./elements.js";

/**
 * A button that copies a text. Browsers give the clipboard to pages of secure origins only; elsewhere there is none.
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
