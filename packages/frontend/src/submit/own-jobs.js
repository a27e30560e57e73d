import { ApiError } from "../api.js";
import { fill, h } from "../dom/elements.js";
import { failure } from "../dom/failures.js";
import { outcomeOf } from "../model/progress.js";
import { recentJobs } from "../model/recent-jobs.js";
import { jobItem } from "./job-item.js";

/**
 * @import {Api} from "../api.js"
 * @import {JobSummary} from "../types.js"
 */

/**
 * Create the list of the jobs that belong to whoever is signed in, which is hidden while it is empty.
 * @param {Api} api
 * @param {AbortSignal} signal ends reading it
 */
export function ownJobs(api, signal) {
  const list = h("ul", {});
  const rest = h("div", { class: "actions" });
  const element = h(
    "aside",
    { class: "recent", "aria-label": "Your jobs", hidden: true },
    h("h2", {}, "Your jobs"),
    h("p", { class: "hint" }, "Others see a job only if you share it, and know its link."),
    list,
    rest,
  );
  const names = new Map(recentJobs().map(({ id, name }) => [id, name]));
  void read(null);
  return element;

  /** @param {string | null} cursor */
  async function read(cursor) {
    try {
      const { jobs, next } = await api.jobs(cursor, signal);
      list.append(...jobs.map(item));
      const more = h("button", { type: "button", click: () => void read(next) }, "Show earlier jobs");
      fill(rest, next !== null && more);
      element.hidden = list.childElementCount === 0 && next === null;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      const again = h("button", { type: "button", click: () => void read(cursor) }, "Try again");
      fill(rest, failure(`Your jobs cannot be listed. ${error.message} `, again));
      element.hidden = false;
    }
  }

  /** @param {JobSummary} job */
  function item({ jobId: id, genome, status, guides, region, shared, created }) {
    const facts = [genome, outcomeOf(status, guides), shared && "shared"];
    return jobItem({ id, name: names.get(id) || region || "", facts, time: created });
  }
}
