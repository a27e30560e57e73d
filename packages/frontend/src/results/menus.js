import { copyButton } from "../dom/copy.js";
import { fill, h } from "../dom/elements.js";
import { saveText } from "../dom/save.js";
import { textOf } from "../model/cell-text.js";
import { meaning } from "../model/columns.js";
import { asTable } from "../model/spreadsheet.js";

/**
 * @import {Api} from "../api.js"
 * @import {ExportFormat, Job} from "../types.js"
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
 * All guides as a file, in every format that the API writes; what the table shows of them; and the query.
 * @param {Api} api
 * @param {Job} job
 * @param {ReturnType<typeof targetTable>} table
 */
export function exportMenu(api, { jobId, kind }, table) {
  const links = FORMATS.map(([format, ending, name, text]) =>
    h(
      "li",
      {},
      h("a", { href: api.exportAddress(jobId, format), download: `crackling-${jobId}.${ending}` }, name),
      h("span", { class: "detail" }, text),
    ),
  );
  const save = () => saveText(`crackling-${jobId}-shown.tsv`, shownTable(table), "text/tab-separated-values");
  return menu(
    "Download",
    h("ul", { class: "formats", "aria-label": "Download all guides" }, ...links),
    h("p", { class: "hint" }, "All guides of the job, whatever the filters."),
    h(
      "div",
      { class: "actions", role: "group", "aria-label": "The table as it is shown" },
      copyButton("Copy the table shown", () => shownTable(table)),
      h("button", { type: "button", class: "copy", click: save }, "Save the table shown"),
    ),
    h(
      "p",
      { class: "hint" },
      "Only the guides that pass the filters, in the table’s order and columns, for a spreadsheet.",
    ),
    ...(kind === "sequence"
      ? [
          h(
            "p",
            {},
            h("a", { href: api.queryAddress(jobId), download: `crackling-${jobId}-query.fa` }, "The query"),
            h("span", { class: "detail" }, ", as it was searched"),
          ),
        ]
      : []),
  );
}

/** @param {ReturnType<typeof targetTable>} table */
function shownTable(table) {
  const columns = table
    .columns()
    .filter(({ visible }) => visible)
    .map(({ field }) => field);
  return asTable(
    columns.map((column) => meaning(column).title),
    table.shown().map((target) => columns.map((column) => textOf(column, target))),
  );
}

/**
 * Which columns the table has.
 * @param {ReturnType<typeof targetTable>} table
 */
export function columnMenu(table) {
  const list = h("div", { class: "column-list", role: "group", "aria-label": "Columns" });
  void table.built.then(() =>
    fill(
      list,
      ...table.columns().map(({ field, visible }) =>
        h(
          "label",
          { title: meaning(field).text },
          h("input", {
            type: "checkbox",
            checked: visible,
            change: (event) => table.showColumn(field, event.target.checked),
          }),
          meaning(field).title,
        ),
      ),
    ),
  );
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
