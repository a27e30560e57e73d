import {
  FilterModule,
  FormatModule,
  FrozenColumnsModule,
  InteractionModule,
  MutatorModule,
  ResizeColumnsModule,
  SelectRowModule,
  SortModule,
  Tabulator,
  TooltipModule,
} from "tabulator-tables";
import { h } from "../dom/elements.js";
import { MEANINGS, meaning, tells } from "../model/columns.js";
import { commonCfd, cutOf } from "../model/figures.js";
import { recall, remember } from "../model/storage.js";
import * as cells from "./cells.js";

/**
 * @import {CellComponent, ColumnDefinition} from "tabulator-tables"
 * @import {Job, Target} from "../types.js"
 */

Tabulator.registerModule([
  FilterModule,
  FormatModule,
  FrozenColumnsModule,
  InteractionModule,
  MutatorModule,
  ResizeColumnsModule,
  SelectRowModule,
  SortModule,
  TooltipModule,
]);

/**
 * A sortable table of guides; only the rows in sight are in the page, so that many thousands are no burden.
 * @param {HTMLElement} place
 * @param {Target[]} targets
 * @param {Job["kind"]} kind
 * @param {(target: Target) => void} onChoose a row was chosen, by mouse or keyboard
 * @param {(target: Target | null) => void} onPoint the mouse is at a row, or at none
 */
export function targetTable(place, targets, kind, onChoose, onPoint) {
  // An explicit height makes the table draw only what is in sight; a short one is as high as its rows.
  const tall = targets.length > 15;
  const table = new Tabulator(place, {
    columns: columns(targets, kind),
    data: targets,
    index: "id",
    layout: "fitDataFill",
    ...(tall && { height: "min(70vh, 44rem)" }),
    placeholder: "No guide passes the filters.",
    columnDefaults: { resizable: false },
  });
  // Tabulator's own way draws the rows anew whenever they come in sight, and the click that is under way is lost.
  const resized = new AbortController();
  addEventListener("resize", () => void built.then(() => table.redraw()), { signal: resized.signal });
  const built = new Promise((resolve) => table.on("tableBuilt", () => resolve(undefined)));
  // Enter on the button of a row is a click that reaches the row too.
  table.on("rowClick", (_event, row) => onChoose(/** @type {Target} */ (row.getData())));
  table.on("rowMouseEnter", (_event, row) => onPoint(/** @type {Target} */ (row.getData())));
  table.on("rowMouseLeave", () => onPoint(null));
  // A grid may hold nothing focusable but its cells; the buttons in them let keyboards scroll.
  void built.then(() => place.querySelector(".tabulator-tableholder")?.removeAttribute("tabindex"));
  return {
    built,
    /** @param {Set<number> | null} ids null for all */
    async showOnly(ids) {
      await built;
      if (ids) table.setFilter((/** @type {Target} */ { id }) => ids.has(id));
      // Rows that are drawn anew lose the click that is under way.
      else if (table.getFilters(false).length) table.clearFilter(true);
    },
    /** @param {Target[]} all */
    async replace(all) {
      await built;
      await table.replaceData(all);
    },
    /** @param {number} id scrolled to, if it passes the filters */
    async mark(id) {
      await built;
      table.deselectRow();
      const row = table.getRow(id);
      if (!row) return;
      row.select();
      await table.scrollToRow(id, "center", false).catch(() => {});
    },
    /** @param {number | null} id of a row in sight, to be pointed at */
    point(id) {
      place.querySelector(".pointed")?.classList.remove("pointed");
      const button = id !== null && place.querySelector(`button.guide[data-id="${id}"]`);
      if (button) button.closest(".tabulator-row")?.classList.add("pointed");
    },
    /** @returns {Target[]} as they are shown now: filtered and sorted */
    shown: () => /** @type {Target[]} */ (table.getData("active")),
    columns: () => table.getColumns().map((column) => ({ field: column.getField(), visible: column.isVisible() })),
    /**
     * @param {string} field
     * @param {boolean} visible
     */
    showColumn(field, visible) {
      if (visible) table.showColumn(field);
      else table.hideColumn(field);
      remember(
        "columns",
        table
          .getColumns()
          .filter((column) => column.isVisible())
          .map((column) => column.getField()),
      );
      table.redraw();
    },
    destroy() {
      resized.abort();
      table.destroy();
    },
  };
}

/**
 * @param {Target[]} targets
 * @param {Job["kind"]} kind
 * @returns {ColumnDefinition[]}
 */
function columns(targets, kind) {
  // Beside two columns that stay, a phone would show nothing else.
  const wide = matchMedia("(min-width: 46rem)").matches;
  const right = /** @type {const} */ ({ hozAlign: "right", headerHozAlign: "right" });
  /** @type {[string, Partial<ColumnDefinition>][]} */
  const all = [
    ["id", { ...right, frozen: wide }],
    ["guide", { formatter: cells.guideButton, cssClass: "sequence", frozen: wide }],
    ["pam", { cssClass: "sequence" }],
    ["strand", { formatter: cells.strand, hozAlign: "center", headerHozAlign: "center" }],
    ["contig", { maxWidth: 180 }],
    ["place", { ...right, formatter: cells.place, mutatorData: (_value, target) => target.start }],
    ["cut", { ...right, mutatorData: (_value, target) => cutOf(target) }],
    ["gc", right],
    ["efficient", { formatter: cells.verdict }],
    ["consensus", right],
    ["specific", { formatter: cells.verdict }],
    ["mit", { ...right, formatter: cells.decimals(2) }],
    ["cfd", { ...right, formatter: cells.decimals(2) }],
    ["commonCfd", { ...right, formatter: cells.decimals(1), mutatorData: (_value, target) => commonCfd(target) }],
    ["sites", { ...right, formatter: cells.sites, sorter: cells.bySites }],
    ...[0, 1, 2, 3, 4].map(
      (mismatches) => /** @type {[string, Partial<ColumnDefinition>]} */ ([`mm${mismatches}`, right]),
    ),
    ["chopchop", { formatter: cells.yesOrNo }],
    ["mm10db", { formatter: cells.yesOrNo }],
    ["sgrnascorer2", { formatter: cells.yesOrNo }],
    ["sgrnascorer2_score", { ...right, formatter: cells.decimals(2) }],
    ["energy", { ...right, formatter: cells.decimals(1) }],
    ["structure", { cssClass: "sequence", maxWidth: 220 }],
    ["unique", { formatter: cells.yesOrNo }],
    ["gene", {}],
    ["feature", {}],
    ["warnings", { formatter: cells.warnings, minWidth: 120 }],
  ];
  const first = targets[0];
  const shown = chosenColumns(targets, wide);
  // What the service does not tell of its guides has no column.
  const told = all.filter(
    ([name]) => tells(name, kind) && (!["gene", "feature"].includes(name) || (first && name in first)),
  );
  return told.map(([name, more]) => column(name, { ...more, visible: shown.includes(name) }));
}

/**
 * @param {Target[]} targets
 * @param {boolean} wide
 * @returns {string[]}
 */
function chosenColumns(targets, wide) {
  const usual = Object.entries(MEANINGS)
    .filter(([, { shown }]) => shown === "always" || (wide && shown))
    .map(([name]) => name);
  const several = new Set(targets.map(({ contig }) => contig)).size > 1 ? ["contig"] : [];
  const annotated = targets.some(({ gene }) => gene) ? ["gene"] : [];
  const kept = recall("columns", /** @type {string[] | null} */ (null));
  return Array.isArray(kept) && wide ? kept : [...usual, ...several, ...annotated];
}

/**
 * @param {string} name
 * @param {Partial<ColumnDefinition>} more
 * @returns {ColumnDefinition}
 */
function column(name, more) {
  const { title, text } = meaning(name);
  return { field: name, title, headerTooltip: text, titleFormatter: sortButton, ...more };
}

/**
 * A head sorts when it is clicked; a button in it lets keyboards do so too.
 * @param {CellComponent} head
 */
function sortButton(head) {
  return h("button", { type: "button", class: "sort" }, head.getValue());
}
