import { h } from "../dom/elements.js";
import { sized } from "../model/format.js";
import { isText } from "../model/mistaken.js";
import { recallDraft, rememberDraft } from "../model/storage.js";
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
 * @param {() => void} what.onExample
 * @param {() => number} what.largest file that is a query, bytes
 */
export function textField({ id, label, hint, placeholder, example, examine, onExample, largest }) {
  const text = h("textarea", {
    id,
    rows: 8,
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "off",
    placeholder,
    keydown: sendByKey,
  });
  const { element, say, complain } = field(label, text, hint());
  const clear = h("button", { type: "button", hidden: true, click: () => take("") }, "Clear");
  /** What there is, or may be. */
  const inform = () => say(examine(text.value).note ?? hint());
  const judge = () => complain(examine(text.value).problem);

  function describe() {
    complain(null);
    inform();
    clear.hidden = text.value === "";
  }

  /** @param {string} value */
  function take(value) {
    text.value = value;
    describe();
    if (value) judge();
    text.focus();
    text.setSelectionRange(0, 0);
    text.scrollTop = 0;
  }

  function takeExample() {
    take(example.text);
    onExample();
  }

  /** @param {File} chosen */
  async function load(chosen) {
    const { content, problem } = await readText(chosen, largest());
    if (problem) complain(problem);
    else take(content);
  }

  // What is typed is judged when it is sent, what is pasted at once: it is whole.
  text.addEventListener("input", (event) => {
    describe();
    if (/** @type {InputEvent} */ (event).inputType === "insertFromPaste") judge();
  });
  takeDrops(element, load);
  text.before(
    h(
      "div",
      { class: "actions" },
      h("button", { type: "button", click: takeExample }, example.label),
      ...fileButton(id, label, load),
      clear,
    ),
  );
  text.value = recallDraft(id);
  describe();
  return {
    element,
    control: text,
    inform,
    /** What is asked; a user who comes back finds it again. */
    value() {
      rememberDraft(id, text.value);
      return text.value;
    },
    /** @returns {HTMLElement | null} the control that needs a change */
    check: () => (judge() ? null : text),
  };
}

/** @param {KeyboardEvent & {currentTarget: HTMLTextAreaElement}} event */
function sendByKey({ key, ctrlKey, metaKey, currentTarget }) {
  if (key === "Enter" && (ctrlKey || metaKey)) currentTarget.form?.requestSubmit();
}

/**
 * @param {File} file
 * @param {number} largest bytes
 * @returns {Promise<{content: string, problem: string | null}>}
 */
async function readText(file, largest) {
  if (file.size > largest)
    return {
      content: "",
      problem: `${file.name} is too large: ${sized(file.size, "B")}, where ${sized(largest, "B")} are the most. Cut it into parts.`,
    };
  const content = await file.text();
  return {
    content,
    problem: isText(content)
      ? null
      : `${file.name} is no text file. Save it as FASTA or plain text, or paste what it holds.`,
  };
}

/**
 * @param {string} id of the field
 * @param {string} label of the field
 * @param {(file: File) => Promise<void>} onFile
 */
function fileButton(id, label, onFile) {
  const input = h("input", {
    type: "file",
    id: `${id}-file`,
    class: "unseen",
    accept: ".fa,.fasta,.fna,.fas,.txt,.csv",
    tabindex: -1,
    "aria-label": `${label} file`,
    change: load,
  });

  async function load() {
    const [chosen] = input.files ?? [];
    if (chosen) await onFile(chosen);
    // The same file can be chosen again once it is mended.
    input.value = "";
  }

  return [h("button", { type: "button", click: () => input.click() }, "Load a file…"), input];
}

/**
 * @param {HTMLElement} element
 * @param {(file: File) => void} onFile
 */
function takeDrops(element, onFile) {
  const mark = (/** @type {boolean} */ over) => element.classList.toggle("dropping", over);
  element.addEventListener("dragover", (event) => {
    event.preventDefault();
    mark(true);
  });
  element.addEventListener("dragleave", ({ relatedTarget }) =>
    mark(relatedTarget !== null && element.contains(/** @type {Node} */ (relatedTarget))),
  );
  element.addEventListener("drop", (event) => {
    mark(false);
    const dropped = event.dataTransfer?.files[0];
    if (!dropped) return;
    event.preventDefault();
    onFile(dropped);
  });
}
