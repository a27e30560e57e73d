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
import { rememberColumns, tableColumns } from "./table-columns.js";

/**
 * @import {Columns} from "../model/columns.js"
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
 * Create a sortable table of guides. Only the rows in sight are in the page, so that it can have many thousands.
 * @param {HTMLElement} container
 * @param {Target[]} targets
 * @param {object} more
 * @param {Columns} more.columns
 * @param {Job["kind"]} more.kind
 * @param {(target: Target) => void} more.onChoose called when a row is chosen by mouse or keyboard
 * @param {(target: Target | null) => void} more.onPoint called when the mouse points at a row, or at none
 */
export function targetTable(container, targets, { columns, kind, onChoose, onPoint }) {
  // With a fixed height the table draws only the rows in sight; a short table is as high as its rows.
  const tall = targets.length > 15;
  const table = new Tabulator(container, {
    columns: tableColumns(columns, targets, kind),
    data: targets,
    index: "id",
    layout: "fitDataFill",
    ...(tall && { height: "min(70vh, 44rem)" }),
    placeholder: "No guide passes the filters.",
    columnDefaults: { resizable: false },
  });
  // Tabulator's own observer redraws the rows whenever they come into sight, and a click on them at that moment is lost.
  const resized = new AbortController();
  addEventListener("resize", () => void built.then(redraw), { signal: resized.signal });
  const built = new Promise((resolve) => table.on("tableBuilt", () => resolve(undefined)));
  // Pressing Enter on the button in a row is a click that reaches the row too.
  table.on("rowClick", (_event, row) => onChoose(/** @type {Target} */ (row.getData())));
  table.on("rowMouseEnter", (_event, row) => onPoint(/** @type {Target} */ (row.getData())));
  table.on("rowMouseLeave", () => onPoint(null));
  // Only the cells of a grid may take the focus; their buttons let keyboards scroll.
  void built.then(() => container.querySelector(".tabulator-tableholder")?.removeAttribute("tabindex"));
  const hasRows = () => container.querySelector(".tabulator-row") !== null;
  /** True if the columns were fitted while no row was in the page. They are then as narrow as their headings. */
  let narrow = false;

  function redraw() {
    narrow = !hasRows();
    table.redraw();
    if (narrow) widen();
  }

  /** Fit the columns anew if there are rows now: the window has grown, or a filter lets guides pass again. */
  function widen() {
    if (!hasRows()) return;
    narrow = false;
    table.redraw();
  }

  return {
    built,
    /** @param {Set<number> | null} ids of the targets to show; null for all */
    async showOnly(ids) {
      await built;
      if (ids) table.setFilter((/** @type {Target} */ { id }) => ids.has(id));
      // Rows that are redrawn lose a click on them at that moment.
      else if (table.getFilters(false).length) table.clearFilter(true);
      if (narrow) widen();
    },
    /** @param {Target[]} all */
    async replace(all) {
      await built;
      await table.replaceData(all);
    },
    /** @param {number} id of the target to select and scroll to, if it passes the filters */
    async mark(id) {
      await built;
      table.deselectRow();
      const row = table.getRow(id);
      if (!row) return;
      row.select();
      await table.scrollToRow(id, "center", false).catch(() => {});
    },
    /** @param {number | null} id of the target to point at, if its row is in sight */
    point(id) {
      container.querySelector(".pointed")?.classList.remove("pointed");
      const button = id !== null && container.querySelector(`button.guide[data-id="${id}"]`);
      if (button) button.closest(".tabulator-row")?.classList.add("pointed");
    },
    /** @returns {Target[]} the targets as they are shown now: filtered and sorted */
    shown: () => /** @type {Target[]} */ (table.getData("active")),
    columns: () => table.getColumns().map((column) => ({ field: column.getField(), visible: column.isVisible() })),
    /**
     * @param {string} field
     * @param {boolean} visible
     */
    showColumn(field, visible) {
      if (visible) table.showColumn(field);
      else table.hideColumn(field);
      rememberColumns(
        table
          .getColumns()
          .filter((column) => column.isVisible())
          .map((column) => column.getField()),
      );
      redraw();
    },
    destroy() {
      resized.abort();
      table.destroy();
    },
  };
}
