import { FilterModule, FormatModule, FrozenColumnsModule, InteractionModule, ResizeColumnsModule, ResizeTableModule, SortModule, Tabulator, TooltipModule } from "tabulator-tables";
import { meaning } from "./columns.js";
import { h } from "./dom.js";

/**
 * @import {CellComponent, ColumnDefinition} from "tabulator-tables"
 * @import {Target} from "./types.js"
 */

Tabulator.registerModule([FilterModule, FormatModule, FrozenColumnsModule, InteractionModule, ResizeColumnsModule, ResizeTableModule, SortModule, TooltipModule]);

/**
 * A sortable table of guides; only the rows in sight are in the page, so that many thousands are no burden.
 * @param {HTMLElement} place
 * @param {Target[]} targets
 * @param {(target: Target) => void} onChoose a row was chosen, by mouse or keyboard
 */
export function targetTable(place, targets, onChoose) {
  // An explicit height makes the table draw only what is in sight; a short one is as high as its rows.
  const tall = targets.length > 15;
  const table = new Tabulator(place, {
    columns: columns(),
    data: targets,
    index: "id",
    layout: "fitDataFill",
    ...(tall && { height: "min(70vh, 44rem)" }),
    placeholder: "No guide is both efficient and specific.",
    columnDefaults: { resizable: false },
  });
  // Enter on the button of a row is a click that reaches the row too.
  table.on("rowClick", (_event, row) => onChoose(/** @type {Target} */ (row.getData())));
  // A grid may hold nothing focusable but its cells; the buttons in them let keyboards scroll.
  table.on("tableBuilt", () => place.querySelector(".tabulator-tableholder")?.removeAttribute("tabindex"));
  return {
    /** @param {boolean} only */
    showOnlyGood(only) {
      if (only) table.setFilter([{ field: "efficient", type: "=", value: true }, { field: "specific", type: "=", value: true }]);
      else table.clearFilter(true);
    },
    /** @param {Target[]} all */
    replace: (all) => table.replaceData(all),
    destroy: () => table.destroy(),
  };
}

/** @returns {ColumnDefinition[]} */
function columns() {
  // Beside two columns that stay, a phone would show nothing else.
  const frozen = matchMedia("(min-width: 46rem)").matches;
  return [
    column("id", { width: 64, hozAlign: "right", frozen }),
    column("guide", { formatter: guideButton, cssClass: "sequence", frozen }),
    column("pam", { cssClass: "sequence" }),
    column("efficient", { formatter: verdict }),
    column("specific", { formatter: verdict }),
    column("mit", { formatter: decimals(2), hozAlign: "right" }),
    column("cfd", { formatter: decimals(2), hozAlign: "right" }),
    ...[0, 1, 2, 3, 4].map((mismatches) => column(`mm${mismatches}`, { hozAlign: "right" })),
    column("consensus", { hozAlign: "right" }),
    column("chopchop", { formatter: yesOrNo }),
    column("mm10db", { formatter: yesOrNo }),
    column("sgrnascorer2", { formatter: yesOrNo }),
    column("sgrnascorer2_score", { formatter: decimals(2), hozAlign: "right" }),
    column("contig", { maxWidth: 180 }),
    column("start", { hozAlign: "right" }),
    column("end", { hozAlign: "right" }),
    column("strand", { formatter: (cell) => (cell.getValue() === "-" ? "−" : "+"), hozAlign: "center" }),
    column("gc", { hozAlign: "right" }),
    column("energy", { formatter: decimals(1), hozAlign: "right" }),
    column("unique", { formatter: yesOrNo }),
    column("warnings", { minWidth: 160 }),
    column("structure", { cssClass: "sequence", maxWidth: 220 }),
  ];
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

/** @param {CellComponent} cell */
function guideButton(cell) {
  return h("button", { type: "button", class: "guide", "aria-label": `${cell.getValue()}: off-targets` }, cell.getValue());
}

/** @param {CellComponent} cell */
function verdict(cell) {
  const good = cell.getValue();
  return h("span", { class: good ? "verdict good" : "verdict bad" }, good ? "✓ yes" : "✗ no");
}

/** @param {CellComponent} cell */
function yesOrNo(cell) {
  return cell.getValue() ? "yes" : "no";
}

/** @param {number} digits */
function decimals(digits) {
  return (/** @type {CellComponent} */ cell) => {
    const value = cell.getValue();
    return value === null ? "" : value.toFixed(digits);
  };
}
