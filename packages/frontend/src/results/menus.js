import { fill, h } from "../dom.js";
import { meaning } from "./columns.js";

/**
 * @import {Api} from "../api.js"
 * @import {ExportFormat} from "../types.js"
 * @import {targetTable} from "./table.js"
 */

/** @type {[ExportFormat, string, string, string][]} */
const FORMATS = [
  ["xlsx", "xlsx", "Excel", "a workbook"],
  ["csv", "csv", "CSV", "a table for programs, commas"],
  ["tsv", "tsv", "TSV", "a table for programs, tabs"],
  ["json", "json", "JSON", "for programs"],
  ["fasta", "fa", "FASTA", "the guides’ sequences"],
  ["genbank", "gb", "GenBank", "the query with its guides, for SnapGene, Benchling and ApE"],
  ["bed", "bed", "BED", "places in the query, for genome browsers"],
  ["gff3", "gff3", "GFF3", "places in the query, with all scores"],
  ["html", "html", "HTML report", "one file to read, print or send"],
];

/**
 * All guides as a file, in every format that the API writes.
 * @param {Api} api
 * @param {string} jobId
 */
export function exportMenu(api, jobId) {
  const links = FORMATS.map(([format, ending, name, text]) =>
    h("li", {}, h("a", { href: api.exportAddress(jobId, format), download: `crackling-${jobId}.${ending}` }, name), h("span", { class: "detail" }, text)));
  const note = h("p", { class: "hint" }, "All guides of the job, whatever the filters.");
  return menu("Download", h("ul", { class: "formats", "aria-label": "Download all guides" }, ...links), note);
}

/**
 * Which columns the table has.
 * @param {ReturnType<typeof targetTable>} table
 */
export function columnMenu(table) {
  const list = h("div", { class: "column-list", role: "group", "aria-label": "Columns" });
  void table.built.then(() => fill(list, ...table.columns().map(({ field, visible }) =>
    h("label", { title: meaning(field).text }, h("input", { type: "checkbox", checked: visible, change: (event) => table.showColumn(field, event.target.checked) }), meaning(field).title))));
  return menu("Columns", list);
}

/**
 * A button that opens something below it; Escape, and a click elsewhere, close it.
 * @param {string} name
 * @param {...HTMLElement} content
 */
function menu(name, ...content) {
  const summary = h("summary", { class: "button" }, name);
  const element = h("details", { class: "menu", keydown: onKey }, summary, h("div", { class: "sheet" }, ...content));

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.key !== "Escape" || !element.open) return;
    element.open = false;
    summary.focus();
  }

  /** @param {Event} event */
  function onElsewhere(event) {
    if (!element.contains(/** @type {Node} */ (event.target))) element.open = false;
  }

  element.addEventListener("toggle", () => {
    const listen = element.open ? document.addEventListener : document.removeEventListener;
    for (const kind of ["click", "focusin"]) listen.call(document, kind, onElsewhere);
  });

  return element;
}
