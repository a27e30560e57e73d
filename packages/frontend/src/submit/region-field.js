import { h } from "../dom/elements.js";
import { REGION_EXAMPLE } from "../model/examples.js";
import { examineRegion } from "../model/region.js";
import { recallDraft, rememberDraft } from "../model/storage.js";
import { field } from "./field.js";

const DRAFT = "region";
const HINT =
  "A gene by its symbol or locus tag, if the genome has an annotation; or bases of a contig, from 1 and with the last, as NC_001416.1:37,227-37,940.";

/**
 * Names a part of the genome to find guides in.
 * @param {() => number | undefined} most bases that a job takes, once that is known
 * @param {() => void} onExample the example was taken
 */
export function regionField(most, onExample) {
  const text = h("input", {
    id: "region",
    type: "text",
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "off",
    placeholder: "cI",
    value: recallDraft(DRAFT),
    input: describe,
  });
  const { element, say, complain } = field("Gene or region", text, HINT);
  text.before(h("div", { class: "actions" }, h("button", { type: "button", click: takeExample }, "Example: λ cI")));
  describe();

  function describe() {
    complain(null);
    say(examineRegion(text.value, most()).note ?? HINT);
  }

  function takeExample() {
    text.value = REGION_EXAMPLE;
    describe();
    text.focus();
    onExample();
  }

  return {
    element,
    /** What is asked; a user who comes back finds it again. */
    value() {
      rememberDraft(DRAFT, text.value);
      return text.value.trim();
    },
    /** @returns {HTMLElement | null} the control that needs a change */
    check: () => (complain(examineRegion(text.value, most()).problem) ? null : text),
  };
}
