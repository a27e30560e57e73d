import { h } from "../dom/elements.js";
import { sized } from "../model/format.js";
import { isText } from "../model/mistaken.js";
import { recallInTab, rememberInTab } from "../model/storage.js";
import { field } from "./field.js";

/**
 * Create a field for a large text, which can be pasted, loaded from a file, dropped, or an example.
 * @param {object} options
 * @param {string} options.id
 * @param {string} options.label
 * @param {() => string} options.hint
 * @param {string} options.placeholder
 * @param {{label: string, text: string}} options.example
 * @param {(text: string) => {note: string | null, problem: string | null}} options.examine
 * @param {() => void} options.onExample called when the user chooses the example
 * @param {() => number} options.largest size of a file in bytes
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
  const { element, showHint, showProblem } = field(label, text, hint());
  const clear = h("button", { type: "button", hidden: true, click: () => take("") }, "Clear");
  /** Describe the text, or what it can be. */
  const updateHint = () => showHint(examine(text.value).note ?? hint());
  const examineNow = () => showProblem(examine(text.value).problem);

  function describe() {
    showProblem(null);
    updateHint();
    clear.hidden = text.value === "";
  }

  /** @param {string} value */
  function take(value) {
    text.value = value;
    describe();
    if (value) examineNow();
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
    if (problem) showProblem(problem);
    else take(content);
  }

  // A pasted text is complete and examined immediately. A typed text is examined when it is submitted.
  text.addEventListener("input", (event) => {
    describe();
    if (/** @type {InputEvent} */ (event).inputType === "insertFromPaste") examineNow();
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
  text.value = recallInTab(id);
  describe();
  return {
    element,
    control: text,
    showHint: updateHint,
    /** Return the text. The field will have it again when the user comes back. */
    value() {
      rememberInTab(id, text.value);
      return text.value;
    },
    /** @returns {HTMLElement | null} the control that needs a change */
    check: () => (examineNow() ? null : text),
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
      problem: `${file.name} is too large: it has ${sized(file.size, "B")}, and the limit is ${sized(largest, "B")}. Split it.`,
    };
  const content = await file.text();
  return {
    content,
    problem: isText(content)
      ? null
      : `${file.name} is not a text file. Save it as FASTA or plain text, or paste its content.`,
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
    // Otherwise the user could not choose the same file again after correcting it.
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
