import { h } from "../dom/elements.js";
import { GenomeSearch } from "./genome-search.js";
import { uploadField } from "./upload-field.js";

/**
 * @import {Api} from "../api.js"
 */

/**
 * Create the part of the form for the genome: a search, or a file to upload.
 * @param {Api} api
 */
export function genomeField(api) {
  const search = new GenomeSearch(api);
  const upload = uploadField(api);
  const kinds = { search: "Find a genome", upload: "Upload my own" };
  let own = false;

  /** @param {string} kind */
  function choose(kind) {
    own = kind === "upload";
    search.element.hidden = own;
    upload.element.hidden = !own;
  }

  const radios = Object.entries(kinds).map(([kind, name]) =>
    h(
      "label",
      {},
      h("input", {
        type: "radio",
        name: "genome-kind",
        value: kind,
        checked: kind === "search",
        change: () => choose(kind),
      }),
      name,
    ),
  );
  choose("search");
  return {
    element: h(
      "fieldset",
      { class: "genome" },
      h("legend", {}, "Genome to search for off-targets"),
      h("div", { class: "choices" }, ...radios),
      search.element,
      upload.element,
    ),
    list: () => search.list(),
    /** @param {string} accession chosen unless another genome is */
    propose: (accession) => search.propose(accession),
    /** @returns {HTMLElement | null} the first control that needs a change */
    check: () => (own ? upload.check() : search.check()),
    /**
     * Return the genome's id. If a file was chosen, upload it first.
     * @param {AbortSignal} signal
     * @returns {Promise<string | null>} null if there is no such genome; the field shows why
     */
    value: (signal) => (own ? upload.value(signal) : search.value(signal)),
    stop: () => search.stop(),
  };
}
