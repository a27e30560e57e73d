import { ApiError } from "../api.js";
import { fill, h } from "../dom/elements.js";
import { failure } from "../dom/failures.js";

/**
 * Create the button that deletes a job, once the user has confirmed it.
 * @param {() => Promise<void>} remove delete the job and show that it is gone
 */
export function deletion(remove) {
  const ask = h("button", { type: "button", class: "delete", click: confirm }, "Delete this job");
  const question = h("div", { class: "deletion", role: "group", "aria-label": "Delete this job", hidden: true });

  function confirm() {
    const yes = h("button", { type: "button", click: run }, "Delete for good");
    const no = h("button", { type: "button", click: keep }, "Keep it");
    fill(
      question,
      h("p", {}, "Delete this job with its query and results, for everybody who has its link? There is no undo."),
      h("div", { class: "actions" }, yes, no),
    );
    question.hidden = false;
    ask.disabled = true;
    no.focus();
  }

  function keep() {
    question.hidden = true;
    ask.disabled = false;
    ask.focus();
  }

  async function run() {
    fill(question, h("p", { role: "status" }, "Deleting…"));
    try {
      await remove();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      fill(question, failure(`The job could not be deleted. ${error.message}`));
      ask.disabled = false;
    }
  }

  return { ask, question };
}
