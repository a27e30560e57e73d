/** The jobs that this browser started or opened, the latest first. They are kept here only, not by the service. */

import { fill, h } from "../dom/elements.js";
import { jobFragment } from "../model/route.js";
import { recall, remember } from "../model/storage.js";

const MOST = 20;

/** @typedef {{id: string, name: string, genome: string, time: string, outcome?: string, mail?: {address: string, pending: boolean}}} RecentJob */

/** @returns {RecentJob[]} */
export function recentJobs() {
  const kept = recall("jobs", /** @type {RecentJob[]} */ ([]));
  return Array.isArray(kept) ? kept : [];
}

/**
 * Note a job, or what is newly known of it.
 * @param {Partial<RecentJob> & {id: string}} job
 */
export function noteJob(job) {
  const known = recentJobs();
  const before = known.find(({ id }) => id === job.id);
  const noted = { name: "", genome: "", time: new Date().toISOString(), ...before, ...job };
  const others = known.filter(({ id }) => id !== job.id);
  const place = before ? known.indexOf(before) : 0;
  remember("jobs", others.toSpliced(place, 0, noted).slice(0, MOST));
}

/** @param {string} id */
export function forgetJob(id) {
  remember("jobs", recentJobs().filter((job) => job.id !== id));
}

/** A list of them, empty where there are none. */
export function recentList() {
  const element = h("aside", { class: "recent", "aria-label": "Recent jobs" });
  show();
  return element;

  function show() {
    const jobs = recentJobs();
    element.hidden = jobs.length === 0;
    fill(element, h("h2", {}, "Recent jobs"), h("p", { class: "hint" }, "Kept in this browser."), h("ul", {}, ...jobs.map(item)));
  }

  /** @param {RecentJob} job */
  function item({ id, name, genome, time, outcome }) {
    function forget() {
      const place = recentJobs().findIndex((job) => job.id === id);
      forgetJob(id);
      show();
      // The button is gone that had the focus: the next takes it.
      const left = element.querySelectorAll("button");
      left[Math.min(place, left.length - 1)]?.focus();
    }

    return h("li", {},
      h("a", { href: jobFragment(id) }, name || "Job"),
      h("button", { type: "button", class: "quiet", "aria-label": `Forget ${name || id}`, click: forget }, "✕"),
      h("span", { class: "detail" }, [genome, outcome].filter(Boolean).join(" · "), " · ", h("time", { datetime: time }, new Date(time).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" }))),
    );
  }
}
