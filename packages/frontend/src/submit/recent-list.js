import { fill, h } from "../dom/elements.js";
import { forgetJob, recentJobs } from "../model/recent-jobs.js";
import { jobItem } from "./job-item.js";

/**
 * @import {RecentJob} from "../model/recent-jobs.js"
 */

/** Create the list of recent jobs, which is hidden while it is empty. */
export function recentList() {
  const element = h("aside", { class: "recent", "aria-label": "Recent jobs" });
  show();
  return element;

  function show() {
    const jobs = recentJobs();
    element.hidden = jobs.length === 0;
    fill(
      element,
      h("h2", {}, "Recent jobs"),
      h("p", { class: "hint" }, "Only this browser keeps this list."),
      h("ul", {}, ...jobs.map(item)),
    );
  }

  /** @param {RecentJob} job */
  function item({ id, name, genome, time, outcome }) {
    function forget() {
      const index = recentJobs().findIndex((job) => job.id === id);
      forgetJob(id);
      show();
      // The button that had the focus is gone; move the focus to the next one.
      const left = element.querySelectorAll("button");
      left[Math.min(index, left.length - 1)]?.focus();
    }

    const button = h(
      "button",
      { type: "button", class: "quiet", "aria-label": `Forget ${name || id}`, click: forget },
      "✕",
    );
    return jobItem({ id, name, facts: [genome, outcome], time }, button);
  }
}
