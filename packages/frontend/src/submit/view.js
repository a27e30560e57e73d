import { ApiError } from "../api.js";
import { fill, h } from "../dom.js";
import { jobFragment } from "../route.js";
import { field } from "./field.js";
import { genomeField } from "./genome-field.js";
import { queryField } from "./query-field.js";
import { noteJob, recentList } from "./recent-jobs.js";

/**
 * @import {Api} from "../api.js"
 * @import {View} from "../types.js"
 */

/**
 * The form that begins a job.
 * @param {HTMLElement} place
 * @param {Api} api
 * @returns {View}
 */
export function showSubmit(place, api) {
  const leaving = new AbortController();
  const query = queryField(api);
  const genome = genomeField(api);
  const votes = votesField();
  const button = h("button", { class: "primary" }, "Design guides");
  const trouble = h("p", { class: "trouble", role: "alert", hidden: true });
  const form = h("form", { novalidate: true, submit: onSubmit },
    query.element,
    genome.element,
    h("details", {}, h("summary", {}, "Options"), votes.element),
    trouble,
    button,
  );
  const introduction = h("p", { class: "introduction" }, "Every SpCas9 guide of a sequence, with its efficiency and its off-targets in any genome.");
  fill(place, h("h1", { tabindex: -1 }, "Design guides"), introduction, h("div", { class: "columns" }, form, recentList()));
  genome.list().catch(report);

  /** @param {unknown} error */
  function report(error) {
    if (!(error instanceof ApiError)) throw error;
    trouble.hidden = false;
    fill(trouble, h("strong", {}, error.title), ` ${error.message}`);
    trouble.scrollIntoView({ block: "nearest" });
  }

  /** @param {boolean} sending */
  function busy(sending) {
    button.disabled = sending;
    button.textContent = sending ? "Sending…" : "Design guides";
  }

  async function send() {
    const id = await genome.value(leaving.signal);
    const { query: asked, name } = query.value();
    const { jobId } = await api.createJob({ ...asked, genome: id, options: { consensus: Number(votes.control.value) } });
    noteJob({ id: jobId, name, genome: id });
    if (!leaving.signal.aborted) location.hash = jobFragment(jobId);
  }

  /** @param {Event} event */
  function onSubmit(event) {
    event.preventDefault();
    trouble.hidden = true;
    const wrong = query.check() ?? genome.check();
    if (wrong) return wrong.focus();
    busy(true);
    return send().catch((error) => leaving.signal.aborted || report(error)).finally(() => busy(false));
  }

  return { title: "Design guides", stop: () => (leaving.abort(), genome.stop()) };
}

function votesField() {
  return field(
    "Call a guide efficient when",
    h("select", { id: "consensus" },
      h("option", { value: 1 }, "1 of 3 methods accepts it"),
      h("option", { value: 2, selected: true }, "2 of 3 methods accept it"),
      h("option", { value: 3 }, "all 3 methods accept it"),
    ),
    "Two of CHOPCHOP, mm10db and sgRNAScorer 2.0 is what the consensus was published with: 1 keeps more guides, 3 keeps fewer and surer ones. Specificity always looks at every site within four mismatches.",
  );
}
