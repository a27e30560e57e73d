import { h } from "../dom.js";
import { recallDraft, rememberDraft } from "../storage.js";
import { field } from "./field.js";

/**
 * A large text to paste, load from a file, drop or take as an example.
 * @param {object} what
 * @param {string} what.id
 * @param {string} what.label
 * @param {() => string} what.hint
 * @param {string} what.placeholder
 * @param {{label: string, text: string}} what.example
 * @param {(text: string) => {note: string | null, problem: string | null}} what.examine
 * @param {() => number} what.largest file that is a query, bytes
 */
export function textField({ id, label, hint, placeholder, example, examine, largest }) {
  const text = h("textarea", { id, rows: 9, spellcheck: "false", autocomplete: "off", autocapitalize: "off", placeholder });
  const file = h("input", { type: "file", id: `${id}-file`, class: "unseen", accept: ".fa,.fasta,.fna,.fas,.txt,.csv", tabindex: -1, "aria-label": `${label} file`, change: () => load(file.files?.[0]) });
  const { element, say, complain } = field(label, text, hint());

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
    inform();
  }

  /** What there is, or may be. */
  function inform() {
    say(examine(text.value).note ?? hint());
  }

  /** @param {File} [chosen] */
  async function load(chosen) {
    if (!chosen) return;
    if (chosen.size > largest()) complain(`${chosen.name} is larger than a query may be.`);
    else take(await chosen.text());
    file.value = "";
  }

  text.addEventListener("input", describe);
  takeDrops(element, load);
  const clear = () => take("");
  const actions = h("div", { class: "actions" },
    h("button", { type: "button", click: () => take(example.text) }, example.label),
    h("button", { type: "button", click: () => file.click() }, "Load a file…"),
    h("button", { type: "button", click: clear }, "Clear"),
    file,
  );
  text.before(actions);
  const draft = recallDraft(id);
  if (draft) {
    text.value = draft;
    inform();
  }
  return {
    element,
    control: text,
    inform,
    /** What is asked; a user who comes back finds it again. */
    value: () => (rememberDraft(id, text.value), text.value),
    /** @returns {HTMLElement | null} the control that needs a change */
    check: () => (complain(examine(text.value).problem) ? null : text),
  };
}

/**
 * @param {HTMLElement} element
 * @param {(file: File) => void} onFile
 */
function takeDrops(element, onFile) {
  const mark = (/** @type {boolean} */ over) => element.classList.toggle("dropping", over);
  element.addEventListener("dragover", (event) => (event.preventDefault(), mark(true)));
  element.addEventListener("dragleave", () => mark(false));
  element.addEventListener("drop", (event) => {
    mark(false);
    const dropped = event.dataTransfer?.files[0];
    if (!dropped) return;
    event.preventDefault();
    onFile(dropped);
  });
}
