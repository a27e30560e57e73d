import { fill, h } from "../dom/elements.js";
import { motifPattern } from "../model/dna.js";
import { ALL, countChoices } from "../model/filters.js";

/**
 * @import {Observable} from "../model/observable.js"
 * @import {Filter} from "../model/filters.js"
 */

/**
 * Create the form that narrows down the guides.
 * @param {Observable<Filter>} filter
 * @param {object} more
 * @param {string[]} more.contigs of the query
 * @param {boolean} more.onSequence the guides lie on a sequence
 * @param {string} more.ranking the order of the best guides, in words
 */
export function filterBar(filter, { contigs, onSequence, ranking }) {
  const set = (/** @type {Partial<Filter>} */ change) => (filter.value = { ...filter.value, ...change });
  const check = (/** @type {"efficient" | "specific" | "clean"} */ name, /** @type {string} */ label) =>
    h(
      "label",
      {},
      h("input", { type: "checkbox", name, change: (event) => set({ [name]: event.target.checked }) }),
      label,
    );
  const strand = select(
    "strand",
    "Strand",
    [
      ["", "both"],
      ["+", "+"],
      ["-", "−"],
    ],
    (value) => set({ strand: /** @type {Filter["strand"]} */ (value) }),
  );
  const contig = select(
    "contig",
    "Contig",
    [["", "all"], ...contigs.map((name) => /** @type {[string, string]} */ ([name, name]))],
    (value) => set({ contig: value }),
  );
  const motif = motifInput(set);
  const area = h("button", { type: "button", class: "chip", hidden: true, click: leaveArea }, "Box in the plot ✕");
  const clear = h("button", { type: "button", hidden: true, click: reset }, "Clear filters");
  const moreFilters = h(
    "details",
    { class: "more" },
    h("summary", {}, "More filters"),
    h(
      "div",
      { class: "fields-row" },
      onSequence && strand,
      range(
        "GC %",
        number("gc-least", "least GC", (gcLeast) => set({ gcLeast })),
        number("gc-most", "most GC", (gcMost) => set({ gcMost })),
      ),
      contigs.length > 1 && contig,
      onSequence &&
        range(
          "Cut after base",
          number("cut-from", "cut after base, from", (from) => set({ from })),
          number("cut-to", "cut after base, to", (to) => set({ to })),
        ),
      motif,
    ),
  );
  const top = h(
    "label",
    { title: `The order of the best: ${ranking}.` },
    "Best ",
    number("top", "number of the best guides", (best) => set({ top: best && best > 0 ? best : null }), "all"),
  );
  const element = h(
    "form",
    { class: "filters", "aria-label": "Filters", submit: (event) => event.preventDefault() },
    check("efficient", "Efficient"),
    check("specific", "Specific"),
    check("clean", "No warnings"),
    top,
    area,
    clear,
    moreFilters,
  );

  function leaveArea() {
    set({ area: null });
    first.focus();
  }

  function reset() {
    element.reset();
    filter.value = ALL;
    first.focus();
  }

  // A button that disappears when it is used hands the focus to the first field.
  const first = /** @type {HTMLInputElement} */ (element.querySelector("input"));
  filter.watch((now) => {
    area.hidden = now.area === null;
    clear.hidden = countChoices(now) === 0;
  });
  return element;
}

/**
 * Create the fields for a motif.
 * @param {(change: Partial<Filter>) => void} set
 */
function motifInput(set) {
  const wrong = h("span", { class: "problem", role: "status" });
  const input = h("input", {
    id: "motif",
    size: 10,
    spellcheck: "false",
    autocomplete: "off",
    placeholder: "GAAGAC",
    input: take,
  });
  const without = h(
    "select",
    { "aria-label": "With or without the motif", change: take },
    h("option", { value: "" }, "with"),
    h("option", { value: "without" }, "without"),
  );

  function take() {
    const text = input.value.trim().toUpperCase();
    const bad = motifPattern(text) === null;
    fill(wrong, bad && "IUPAC letters only");
    set({ motif: bad ? "" : text, without: without.value === "without" });
  }

  return h("div", { class: "range" }, h("label", { for: "motif" }, "Motif"), without, input, wrong);
}

/**
 * @param {string} id
 * @param {string} label
 * @param {[string, string][]} options
 * @param {(value: string) => void} onChange
 */
function select(id, label, options, onChange) {
  return h(
    "label",
    {},
    label,
    " ",
    h(
      "select",
      { id: `filter-${id}`, change: (event) => onChange(event.target.value) },
      ...options.map(([value, name]) => h("option", { value }, name)),
    ),
  );
}

/**
 * @param {string} id
 * @param {string} label
 * @param {(value: number | null) => void} onChange
 * @param {string} [placeholder]
 */
function number(id, label, onChange, placeholder = "") {
  return h("input", {
    id: `filter-${id}`,
    type: "number",
    min: 0,
    inputmode: "numeric",
    "aria-label": label,
    placeholder,
    input: (event) => onChange(event.target.value === "" ? null : Number(event.target.value)),
  });
}

/**
 * @param {string} label
 * @param {HTMLElement} least
 * @param {HTMLElement} most
 */
function range(label, least, most) {
  return h("div", { class: "range", role: "group", "aria-label": label }, h("span", {}, label), least, "–", most);
}
