import { fill, h } from "./dom.js";
import { elapsed, stagesOf } from "./progress.js";

/**
 * @import {ApiError} from "./api.js"
 * @import {Stage} from "./progress.js"
 * @import {Genome, Job} from "./types.js"
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
  const headline = h("h2", { "aria-live": "polite" }, "…");
  const clock = h("p", { class: "clock" });
  const list = h("ol", { class: "stages" });
  const note = h("p", { class: "note", role: "status" });
  const reason = h("div", { class: "trouble", role: "alert", hidden: true });
  const element = h("section", { class: "progress", "aria-label": "Progress" }, h("div", { class: "title" }, headline, clock), list, note, reason);
  /** @type {Job | null} */
  let shown = null;
  const tick = () => shown && fill(clock, elapsed(shown, Date.now()));
  const timer = setInterval(tick, 1000);

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
      shown = job;
      // A live region speaks whenever it is written to, so it is written to only on a change.
      if (headline.textContent !== HEADLINES[job.status]) fill(headline, HEADLINES[job.status]);
      fill(note);
      fill(list, ...stagesOf(job, genome).map(stageItem));
      // The results say the rest.
      list.hidden = job.status === "complete";
      tick();
      if (job.status === "failed") {
        reason.hidden = false;
        fill(reason, h("strong", {}, "Why: "), job.reason ?? "No reason is known.", " ", h("a", { href: "#/" }, "Start again"));
      }
    },
  };
}

/** @param {Stage} stage */
function stageItem({ name, state, detail, count }) {
  const bar = count && h("progress", { max: Math.max(count.total, 1), value: count.total ? count.done : 1, "aria-label": name });
  return h("li", { class: state },
    h("span", { class: "name" }, name),
    h("span", { class: "state" }, STATES[state]),
    h("span", { class: "detail" }, detail),
    bar,
  );
}
