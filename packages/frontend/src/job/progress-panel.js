import { fill, h } from "../dom/elements.js";
import { Forecast } from "../model/forecast.js";
import { elapsed, failedBeforeScan, isOver, stagesOf } from "../model/progress.js";
import { notifier } from "./notify.js";

/**
 * @import {ApiError} from "../api.js"
 * @import {Stage} from "../model/progress.js"
 * @import {Genome, Job} from "../types.js"
 */

/** @type {Record<Stage["state"], string>} */
const STATES = { waiting: "waiting", current: "under way", done: "done", failed: "failed" };
const HEADLINES = {
  queued: "Waiting to start",
  preparing: "Preparing the genome",
  scanning: "Looking for guides",
  scoring: "Scoring guides",
  complete: "Complete",
  failed: "Failed",
};

/** Where a job is, stage by stage, with a clock that runs by itself. */
export function progressPanel() {
  const headline = h("h2", { "aria-live": "polite" }, "Reading the job…");
  const clock = h("p", { class: "clock" });
  const list = h("ol", { class: "stages" });
  const note = h("p", { class: "note", role: "status" });
  const reason = h("div", { class: "trouble reason", role: "alert", hidden: true });
  const notify = notifier("Crackling Cloud");
  const element = h(
    "section",
    { class: "progress", "aria-label": "Progress" },
    h("div", { class: "title" }, headline, h("div", { class: "actions" }, clock, notify.button)),
    reason,
    list,
    note,
  );
  const forecast = new Forecast();
  /** @type {{job: Job, genome: Genome | null} | null} */
  let shown = null;
  const timer = setInterval(tick, 1000);

  function tick() {
    if (!shown) return;
    const now = Date.now();
    const told = isOver(shown.job) ? null : forecast.ofJob(shown.job, shown.genome, now);
    fill(clock, elapsed(shown.job, now), told && `, ${told}`);
  }

  return {
    element,
    stop: () => clearInterval(timer),
    /** @param {ApiError} error */
    warn: (error) => fill(note, `${error.message} Trying again…`),
    /**
     * @param {Job} job
     * @param {Genome | null} genome
     */
    show(job, genome) {
      const before = shown?.job.status;
      shown = { job, genome };
      // A live region speaks whenever it is written to, so it is written to only on a change.
      if (headline.textContent !== HEADLINES[job.status]) fill(headline, HEADLINES[job.status]);
      fill(note);
      fill(list, ...stagesOf(job, genome).map((stage) => stageItem(stage, isOver(job))));
      element.classList.toggle("over", job.status === "complete");
      tick();
      if (job.status === "failed") explain(reason, job, genome);
      if (!isOver(job)) return;
      if (before) notify.tell(job.status === "complete" ? "Your guides are ready." : "The job failed.");
      notify.button.hidden = true;
    },
  };
}

/**
 * @param {HTMLElement} place
 * @param {Job} job
 * @param {Genome | null} genome
 */
function explain(place, job, genome) {
  place.hidden = false;
  const why = h("p", {}, h("strong", {}, "Why: "), job.reason ?? "No reason is known.");
  fill(
    place,
    why,
    h("p", {}, h("strong", {}, "What to do: "), remedyOf(job, genome), " ", h("a", { href: "#/" }, "Start again")),
  );
}

/**
 * @param {Job} job
 * @param {Genome | null} genome
 */
function remedyOf(job, genome) {
  if (failedBeforeScan(job, genome))
    return `A new job tries the genome ${job.genome} again; if the reason is the file or the accession, choose another.`;
  if (job.region && job.progress.guides === null)
    return "Ask for another gene or region of the genome, or paste the sequence.";
  return "Submitting the query again starts a new job. If it fails once more, tell whoever runs this deployment the address of this page.";
}

/**
 * @param {Stage} stage
 * @param {boolean} over nothing is going to happen any more
 */
function stageItem({ name, state, detail, count }, over) {
  const bar =
    count && h("progress", { max: Math.max(count.total, 1), value: count.total ? count.done : 1, "aria-label": name });
  return h(
    "li",
    { class: state },
    h("span", { class: "name" }, name),
    h("span", { class: "state" }, over && state === "waiting" ? "not begun" : STATES[state]),
    h("span", { class: "detail" }, detail),
    bar,
  );
}
