import { h } from "./elements.js";

const FORMULA = /^[=+\-@]./;

/**
 * Lines of cells, as spreadsheets take them from the clipboard.
 * @param {string[]} titles
 * @param {(string | number | null | undefined)[][]} rows what is not known is empty
 */
export function asTable(titles, rows) {
  return [titles, ...rows].map((row) => `${row.map(harmless).join("\t")}\n`).join("");
}

/** A name that a spreadsheet would run as a formula has an apostrophe before it, as in files. @param {string | number | null | undefined} cell */
function harmless(cell) {
  return typeof cell === "string" && FORMULA.test(cell) ? `'${cell}` : (cell ?? "");
}

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
