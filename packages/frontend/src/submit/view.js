import { ApiError } from "../api.js";
import { fill, h } from "../dom/elements.js";
import { EXAMPLE_GENOME } from "../model/examples.js";
import { noteJob } from "../model/recent-jobs.js";
import { jobFragment } from "../model/route.js";
import { emailField } from "./email-field.js";
import { field } from "./field.js";
import { genomeField } from "./genome-field.js";
import { offer } from "./offer.js";
import { ownJobs } from "./own-jobs.js";
import { queryField } from "./query-field.js";
import { recentList } from "./recent-list.js";
import { sharedField } from "./shared-field.js";

/**
 * @import {Api} from "../api.js"
 * @import {View} from "../types.js"
 */

/**
 * Show the form that starts a job.
 * @param {HTMLElement} container
 * @param {Api} api
 * @returns {View}
 */
export function showSubmit(container, api) {
  const leaving = new AbortController();
  const genome = genomeField(api);
  const query = queryField(api, () => void listed.then(() => genome.propose(EXAMPLE_GENOME)));
  const votes = votesField();
  const email = emailField(api);
  const sharing = sharedField("shared", "Who may open this job", "Only you", "Everybody here who has its link");
  sharing.element.hidden = api.signed === null;
  const button = h("button", { class: "primary" }, "Design guides");
  const trouble = refusal();
  const form = h(
    "form",
    { novalidate: true, submit: onSubmit },
    query.element,
    genome.element,
    h("details", {}, h("summary", {}, "Options"), votes.element),
    sharing.element,
    email.element,
    trouble.element,
    button,
  );
  const jobs = api.signed ? ownJobs(api, leaving.signal) : recentList();
  const introduction = h(
    "p",
    { class: "introduction" },
    "Paste a gene, choose the genome, and get every SpCas9 guide with its efficiency and its off-targets.",
  );
  fill(
    container,
    h("h1", { tabindex: -1 }, "Design guides"),
    introduction,
    h("div", { class: "columns" }, form, h("div", { class: "beside" }, jobs, offer())),
  );
  keepDrops(leaving.signal);
  const listed = genome.list().catch(trouble.show);

  /** @param {boolean} sending */
  function busy(sending) {
    button.disabled = sending;
    button.textContent = sending ? "Sending…" : "Design guides";
  }

  async function send() {
    const id = await genome.value(leaving.signal);
    if (id === null) return;
    const { query: asked, name } = query.value();
    const address = email.value();
    const { jobId, mail } = await api.createJob({
      ...asked,
      genome: id,
      options: { consensus: Number(votes.control.value) },
      ...(address && { email: address }),
      ...(sharing.value() && { shared: true }),
    });
    noteJob({ id: jobId, name, genome: id, ...(address && { mail: { address, pending: mail === "pending" } }) });
    if (!leaving.signal.aborted) location.hash = jobFragment(jobId);
  }

  /** @param {Event} event */
  function onSubmit(event) {
    event.preventDefault();
    trouble.element.hidden = true;
    // All problems are shown at once; the focus goes to the first.
    const [wrong] = [query.check(), genome.check(), email.check()].filter((control) => control !== null);
    if (wrong) return wrong.focus();
    busy(true);
    return send()
      .catch((error) => {
        if (leaving.signal.aborted) return;
        trouble.show(error);
        trouble.element.scrollIntoView({ block: "nearest" });
      })
      .finally(() => busy(false));
  }

  function stop() {
    leaving.abort();
    genome.stop();
  }

  return { title: "Design guides", stop };
}

/** Create the line for the API's refusals. */
function refusal() {
  const element = h("p", { class: "trouble", role: "alert", hidden: true });
  return {
    element,
    /** @param {unknown} error */
    show(error) {
      if (!(error instanceof ApiError)) throw error;
      element.hidden = false;
      fill(element, h("strong", {}, `${error.title}.`), ` ${error.message}`);
    },
  };
}

/**
 * Ignore files that are dropped outside of the fields. The browser would open them and leave the page.
 * @param {AbortSignal} signal
 */
function keepDrops(signal) {
  const keep = (/** @type {DragEvent} */ event) => {
    if (
      event.defaultPrevented ||
      !event.dataTransfer?.types.includes("Files") ||
      event.target instanceof HTMLInputElement
    )
      return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "none";
  };
  for (const kind of /** @type {const} */ (["dragover", "drop"])) addEventListener(kind, keep, { signal });
}

function votesField() {
  return field(
    "A guide is efficient if",
    h(
      "select",
      { id: "consensus" },
      h("option", { value: 1 }, "1 of 3 methods accepts it"),
      h("option", { value: 2, selected: true }, "2 of 3 methods accept it"),
      h("option", { value: 3 }, "all 3 methods accept it"),
    ),
    "The methods are CHOPCHOP, mm10db and sgRNA Scorer 2.0. Two of three is the published consensus. With one, more guides are efficient; with three, fewer are, with more certainty.",
  );
}
