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
