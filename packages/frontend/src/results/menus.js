import { copyButton } from "../dom/copy.js";
import { fill, h } from "../dom/elements.js";
import { saveText } from "../dom/save.js";
import { asTable } from "../model/spreadsheet.js";
import { fileLink } from "./file-link.js";

/**
 * @import {Api} from "../api.js"
 * @import {Columns} from "../model/columns.js"
 * @import {ExportFormat, Job} from "../types.js"
 * @import {targetTable} from "./table.js"
 */

/**
 * Create the menu of downloads: all guides in every format of the API, the table as it is shown, and the query.
 * @param {Api} api
 * @param {ExportFormat[]} formats
 * @param {Job} job
 * @param {Columns} columns
 * @param {ReturnType<typeof targetTable>} table
 */
export function exportMenu(api, formats, { jobId, kind }, columns, table) {
  const links = formats.map(({ format, ending, title, text }) =>
    h(
      "li",
      {},
      fileLink(api, api.exportAddress(jobId, format), `crackling-${jobId}.${ending}`, title),
      h("span", { class: "detail" }, text),
    ),
  );
  const shown = () => shownTable(columns, table);
  const save = () => saveText(`crackling-${jobId}-shown.tsv`, shown(), "text/tab-separated-values");
  return menu(
    "Download",
    h("ul", { class: "formats", "aria-label": "Download all guides" }, ...links),
    h("p", { class: "hint" }, "All guides of the job, regardless of the filters."),
    h(
      "div",
      { class: "actions", role: "group", "aria-label": "The table as it is shown" },
      copyButton("Copy the table shown", shown),
      h("button", { type: "button", class: "copy", click: save }, "Save the table shown"),
    ),
    h(
      "p",
      { class: "hint" },
      "Only the guides that pass the filters, in the order and with the columns of the table, for a spreadsheet.",
    ),
    ...(kind === "sequence" ? [queryLink(api, jobId)] : []),
  );
}

/**
 * @param {Api} api
 * @param {string} jobId
 */
function queryLink(api, jobId) {
  return h(
    "p",
    {},
    fileLink(api, api.queryAddress(jobId), `crackling-${jobId}-query.fa`, "The query"),
    h("span", { class: "detail" }, ", as it was searched"),
  );
}

/**
 * Return the table as it is shown, as text.
 * @param {Columns} columns
 * @param {ReturnType<typeof targetTable>} table
 */
function shownTable(columns, table) {
  const names = table
    .columns()
    .filter(({ visible }) => visible)
    .map(({ field }) => field);
  return asTable(
    names.map((name) => columns.get(name).title),
    table.shown().map((target) => names.map((name) => columns.textOf(name, target))),
  );
}

/**
 * Create the menu that shows and hides columns of the table.
 * @param {Columns} columns
 * @param {ReturnType<typeof targetTable>} table
 */
export function columnMenu(columns, table) {
  const list = h("div", { class: "column-list", role: "group", "aria-label": "Columns" });
  const item = (/** @type {{field: string, visible: boolean}} */ { field, visible }) => {
    const { title, text } = columns.get(field);
    const change = (/** @type {any} */ event) => table.showColumn(field, event.target.checked);
    return h("label", { title: text }, h("input", { type: "checkbox", checked: visible, change }), title);
  };
  void table.built.then(() => fill(list, ...table.columns().map(item)));
  return menu("Columns", list);
}

/**
 * Create a button that opens something below it. Escape and a click elsewhere close it.
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
