import { h } from "./dom.js";
import { EXAMPLE } from "./example.js";
import { field } from "./field.js";
import { examineQuery, isFasta } from "./query.js";

const HINT = "FASTA or a bare DNA sequence, up to 1,000,000 bases. You can also drop a file here.";
// The API takes twice as many letters as bases; a larger file is no query.
const LARGEST_FILE = 2_000_000;

/** The part of the form that takes the sequence. */
export function queryField() {
  const text = h("textarea", { id: "query", rows: 9, spellcheck: "false", autocomplete: "off", placeholder: ">my_gene\nATGAGCACAAAAAAGAAACC…" });
  const file = h("input", { type: "file", id: "query-file", class: "unseen", accept: ".fa,.fasta,.fna,.fas,.txt", tabindex: -1, "aria-label": "Sequence file", change: () => load(file.files?.[0]) });
  const { element, say, complain } = field("Sequence", text, HINT);

  /** @param {string} value */
  function take(value) {
    text.value = value;
    describe();
    text.focus();
    text.setSelectionRange(0, 0);
    text.scrollTop = 0;
  }

  function describe() {
    complain(null);
    const { contigs, bases } = examineQuery(text.value);
    if (bases === 0) return say(HINT);
    const what = contigs === 1 ? "One sequence" : `${contigs.toLocaleString("en")} sequences`;
    return say(`${what}, ${bases.toLocaleString("en")} bases`);
  }

  /** @param {File} [chosen] */
  async function load(chosen) {
    if (!chosen) return;
    if (chosen.size > LARGEST_FILE) complain(`${chosen.name} is larger than a query may be.`);
    else take(await chosen.text());
    file.value = "";
  }

  text.addEventListener("input", describe);
  text.addEventListener("dragover", (event) => event.preventDefault());
  text.addEventListener("drop", (event) => {
    const dropped = event.dataTransfer?.files[0];
    if (!dropped) return;
    event.preventDefault();
    void load(dropped);
  });
  text.before(
    h("div", { class: "actions" },
      h("button", { type: "button", click: () => take(EXAMPLE) }, "Example: λ cI gene"),
      h("button", { type: "button", click: () => file.click() }, "Load a file…"),
      file,
    ),
  );
  return {
    element,
    control: text,
    complain,
    /** @returns {boolean} whether it can be sent */
    check: () => complain(examineQuery(text.value).problem),
    /** @returns {{fasta: string} | {sequence: string}} */
    value: () => (isFasta(text.value) ? { fasta: text.value } : { sequence: text.value }),
  };
}
