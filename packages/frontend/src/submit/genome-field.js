import { h } from "../dom/elements.js";
import { GenomeSearch } from "./genome-search.js";
import { uploadField } from "./upload-field.js";

/**
 * @import {Api} from "../api.js"
 */

/**
 * The part of the form that names the genome: one that can be found, or a file to upload.
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
    /** @param {string} accession named unless another genome is */
    propose: (accession) => search.propose(accession),
    /** @returns {HTMLElement | null} the first control that needs a change */
    check: () => (own ? upload.check() : search.check()),
    /**
     * The genome's id; a chosen file is uploaded first.
     * @param {AbortSignal} signal
     * @returns {Promise<string | null>} null where there is no such genome; its field says why
     */
    value: (signal) => (own ? upload.value(signal) : search.value(signal)),
    stop: () => search.stop(),
  };
}
