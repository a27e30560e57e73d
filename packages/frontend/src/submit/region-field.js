import { h } from "../dom/elements.js";
import { REGION_EXAMPLE } from "../model/examples.js";
import { examineRegion } from "../model/region.js";
import { recallInTab, rememberInTab } from "../model/storage.js";
import { field } from "./field.js";

const DRAFT = "region";
const HINT =
  "The symbol or locus tag of a gene, if the genome has an annotation, or the first and last base of a region, counted from 1: NC_001416.1:37,227-37,940.";

/**
 * Create the field for a region of the genome to search for guides.
 * @param {() => number | undefined} most bases that a job accepts, once known
 * @param {() => void} onExample called when the user chooses the example
 */
export function regionField(most, onExample) {
  const text = h("input", {
    id: "region",
    type: "text",
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "off",
    placeholder: "cI",
    value: recallInTab(DRAFT),
    input: describe,
  });
  const { element, showHint, showProblem } = field("Gene or region", text, HINT);
  text.before(h("div", { class: "actions" }, h("button", { type: "button", click: takeExample }, "Example: λ cI")));
  describe();

  function describe() {
    showProblem(null);
    showHint(examineRegion(text.value, most()).note ?? HINT);
  }

  function takeExample() {
    text.value = REGION_EXAMPLE;
    describe();
    text.focus();
    onExample();
  }

  return {
    element,
    /** Return the region. The field will have it again when the user comes back. */
    value() {
      rememberInTab(DRAFT, text.value);
      return text.value.trim();
    },
    /** @returns {HTMLElement | null} the control that needs a change */
    check: () => (showProblem(examineRegion(text.value, most()).problem) ? null : text),
  };
}
