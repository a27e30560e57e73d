/** Tables as text, for the clipboard and for files that a spreadsheet opens. */

const FORMULA = /^[=+\-@]./;

/**
 * Return lines of cells that are separated by tabs.
 * @param {string[]} titles
 * @param {(string | number | null | undefined)[][]} rows unknown values become empty cells
 */
export function asTable(titles, rows) {
  return [titles, ...rows].map((row) => `${row.map(harmless).join("\t")}\n`).join("");
}

/**
 * Put an apostrophe before a text that a spreadsheet would run as a formula, as exported files do.
 * @param {string | number | null | undefined} cell
 */
function harmless(cell) {
  return typeof cell === "string" && FORMULA.test(cell) ? `'${cell}` : (cell ?? "");
}
