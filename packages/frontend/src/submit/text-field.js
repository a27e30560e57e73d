import { h } from "../dom.js";
import { sized } from "../format.js";
import { recallDraft, rememberDraft } from "../storage.js";
import { field } from "./field.js";
import { isText } from "./mistaken.js";

/**
 * A large text to paste, load from a file, drop or take as an example.
 * @param {object} what
 * @param {string} what.id
 * @param {string} what.label
 * @param {() => string} what.hint
 * @param {string} what.placeholder
 * @param {{label: string, text: string}} what.example
 * @param {(text: string) => {note: string | null, problem: string | null}} what.examine
 * @param {() => void} what.onExample
 * @param {() => number} what.largest file that is a query, bytes
 */
export function textField({ id, label, hint, placeholder, example, examine, onExample, largest }) {
  const text = h("textarea", { id, rows: 8, spellcheck: "false", autocomplete: "off", autocapitalize: "off", placeholder, keydown: onKey });
  const file = h("input", { type: "file", id: `${id}-file`, class: "unseen", accept: ".fa,.fasta,.fna,.fas,.txt,.csv", tabindex: -1, "aria-label": `${label} file`, change: () => load(file.files?.[0]) });
  const { element, say, complain } = field(label, text, hint());

  /** @param {string} value */
  function take(value) {
    text.value = value;
    describe();
    if (value) judge();
    text.focus();
    text.setSelectionRange(0, 0);
    text.scrollTop = 0;
  }

  function describe() {
    complain(null);
    inform();
    clear.hidden = text.value === "";
  }

  /** What there is, or may be. */
  function inform() {
    say(examine(text.value).note ?? hint());
  }

  function judge() {
    return complain(examine(text.value).problem);
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) text.form?.requestSubmit();
  }

  /** @param {File} [chosen] */
  async function load(chosen) {
    if (!chosen) return;
    const content = chosen.size > largest() ? null : await chosen.text();
    if (content === null) complain(`${chosen.name} is too large: ${sized(chosen.size, "B")}, where ${sized(largest(), "B")} are the most. Cut it into parts.`);
    else if (!isText(content)) complain(`${chosen.name} is no text file. Save it as FASTA or plain text, or paste what it holds.`);
    else take(content);
    file.value = "";
  }

  // What is typed is judged when it is sent, what is pasted at once: it is whole.
  text.addEventListener("input", (event) => (describe(), /** @type {InputEvent} */ (event).inputType === "insertFromPaste" && judge()));
  takeDrops(element, load);
  const clear = h("button", { type: "button", hidden: true, click: () => take("") }, "Clear");
  const actions = h("div", { class: "actions" },
    h("button", { type: "button", click: () => (take(example.text), onExample()) }, example.label),
    h("button", { type: "button", click: () => file.click() }, "Load a file…"),
    clear,
    file,
  );
  text.before(actions);
  const draft = recallDraft(id);
  if (draft) {
    text.value = draft;
    describe();
  }
  return {
    element,
    control: text,
    inform,
    /** What is asked; a user who comes back finds it again. */
    value: () => (rememberDraft(id, text.value), text.value),
    /** @returns {HTMLElement | null} the control that needs a change */
    check: () => (judge() ? null : text),
  };
}

/**
 * @param {HTMLElement} element
 * @param {(file: File) => void} onFile
 */
function takeDrops(element, onFile) {
  const mark = (/** @type {boolean} */ over) => element.classList.toggle("dropping", over);
  element.addEventListener("dragover", (event) => (event.preventDefault(), mark(true)));
  element.addEventListener("dragleave", ({ relatedTarget }) => mark(relatedTarget !== null && element.contains(/** @type {Node} */ (relatedTarget))));
  element.addEventListener("drop", (event) => {
    mark(false);
    const dropped = event.dataTransfer?.files[0];
    if (!dropped) return;
    event.preventDefault();
    onFile(dropped);
  });
}
