import { ApiError } from "./api.js";
import { fill, h } from "./dom.js";
import { field } from "./field.js";
import { genomeField } from "./genome-field.js";
import { queryField } from "./query-field.js";
import { jobFragment } from "./route.js";

/**
 * @import {Api} from "./api.js"
 * @import {View} from "./types.js"
 */

/**
 * The form that begins a job.
 * @param {HTMLElement} place
 * @param {Api} api
 * @returns {View}
 */
export function showSubmit(place, api) {
  const leaving = new AbortController();
  const query = queryField();
  const genome = genomeField(api);
  const votes = field(
    "Call a guide efficient when",
    h("select", { id: "consensus" },
      h("option", { value: 1 }, "1 of 3 methods accepts it"),
      h("option", { value: 2, selected: true }, "2 of 3 methods accept it"),
      h("option", { value: 3 }, "all 3 methods accept it"),
    ),
    "Two of CHOPCHOP, mm10db and sgRNAScorer 2.0 is what the consensus was published with.",
  );
  const button = h("button", { class: "primary" }, "Design guides");
  const trouble = h("p", { class: "trouble", role: "alert", hidden: true });
  const form = h("form", { novalidate: true, submit: onSubmit },
    query.element,
    genome.element,
    h("details", {}, h("summary", {}, "Options"), votes.element),
    trouble,
    button,
  );
  fill(place, h("h1", { tabindex: -1 }, "Design guides"), form);
  genome.list().catch(report);

  /** @param {unknown} error */
  function report(error) {
    if (!(error instanceof ApiError)) throw error;
    trouble.hidden = false;
    fill(trouble, h("strong", {}, error.title), ` ${error.message}`);
  }

  /** @param {string | null} text what is going on; null when the form can be used again */
  function busy(text) {
    button.disabled = text !== null;
    button.textContent = text ?? "Design guides";
  }

  async function send() {
    const id = await genome.value((share) => busy(`Uploading, ${Math.floor(share * 100)} %`), leaving.signal);
    busy("Sending…");
    const options = { consensus: Number(votes.control.value) };
    const { jobId } = await api.createJob({ ...query.value(), genome: id, options });
    if (!leaving.signal.aborted) location.hash = jobFragment(jobId);
  }

  /** @param {Event} event */
  function onSubmit(event) {
    event.preventDefault();
    trouble.hidden = true;
    const wrongQuery = query.check() ? null : query.control;
    const wrong = wrongQuery ?? genome.check();
    if (wrong) return wrong.focus();
    busy("Sending…");
    return send().catch((error) => leaving.signal.aborted || report(error)).finally(() => busy(null));
  }

  return { title: "Design guides", stop: () => leaving.abort() };
}
