import { fill, h } from "../dom/elements.js";
import { Forecast } from "../model/forecast.js";
import { elapsed, failedBeforeScan, isFinished, stagesOf } from "../model/progress.js";
import { notifier } from "./notify.js";

/**
 * @import {ApiError} from "../api.js"
 * @import {Stage} from "../model/progress.js"
 * @import {Genome, Job} from "../types.js"
 */

/** @type {Record<Stage["state"], string>} */
const STATES = { waiting: "waiting", current: "running", done: "done", failed: "failed" };
const HEADLINES = {
  queued: "Waiting to start",
  preparing: "Preparing the genome",
  scanning: "Looking for guides",
  scoring: "Scoring guides",
  complete: "Complete",
  failed: "Failed",
};

/**
 * Create the panel that shows the progress of a job stage by stage, with a running clock.
 * @param {() => number} time the service's time in milliseconds
 */
export function progressPanel(time) {
  const headline = h("h2", { "aria-live": "polite" }, "Reading the job…");
  const clock = h("p", { class: "clock" });
  const list = h("ol", { class: "stages" });
  const note = h("p", { class: "note", role: "status" });
  const reason = h("div", { class: "trouble reason", role: "alert", hidden: true });
  const notification = notifier("Crackling Cloud");
  const element = h(
    "section",
    { class: "progress", "aria-label": "Progress" },
    h("div", { class: "title" }, headline, h("div", { class: "actions" }, clock, notification.button)),
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
    const now = time();
    const estimate = isFinished(shown.job) ? null : forecast.ofJob(shown.job, shown.genome, now);
    fill(clock, elapsed(shown.job, now), estimate && `, ${estimate}`);
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
      // Screen readers read a live region whenever it is written to, so it is written to only on a change.
      if (headline.textContent !== HEADLINES[job.status]) fill(headline, HEADLINES[job.status]);
      fill(note);
      fill(list, ...stagesOf(job, genome).map((stage) => stageItem(stage, isFinished(job))));
      element.classList.toggle("finished", job.status === "complete");
      tick();
      if (job.status === "failed") explain(reason, job, genome);
      if (!isFinished(job)) return;
      if (before) notification.notify(job.status === "complete" ? "Your guides are ready." : "The job failed.");
      notification.button.hidden = true;
    },
  };
}

/**
 * Explain why a job failed, and what to do.
 * @param {HTMLElement} container
 * @param {Job} job
 * @param {Genome | null} genome
 */
function explain(container, job, genome) {
  container.hidden = false;
  const why = h("p", {}, h("strong", {}, "Why: "), job.reason ?? "The reason is not known.");
  fill(
    container,
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
    return `A new job will try the genome ${job.genome} again. If the reason is the file or the accession, choose another.`;
  if (job.region && job.progress.guides === null)
    return "Choose another gene or region of the genome, or paste the sequence.";
  return "Submit the query again to start a new job. If that fails too, send the address of this page to the people who run this service.";
}

/**
 * @param {Stage} stage
 * @param {boolean} finished nothing will change any more
 */
function stageItem({ name, state, detail, count }, finished) {
  const bar =
    count && h("progress", { max: Math.max(count.total, 1), value: count.total ? count.done : 1, "aria-label": name });
  return h(
    "li",
    { class: state },
    h("span", { class: "name" }, name),
    h("span", { class: "state" }, finished && state === "waiting" ? "not started" : STATES[state]),
    h("span", { class: "detail" }, detail),
    bar,
  );
}
