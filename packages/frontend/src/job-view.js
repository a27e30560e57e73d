import { ApiError } from "./api.js";
import { fill, h } from "./dom.js";
import { follow } from "./follow.js";
import { progressPanel } from "./progress-panel.js";
import { isOver } from "./progress.js";
import { resultsPanel } from "./results-panel.js";

/**
 * @import {Api} from "./api.js"
 * @import {Genome, Job, View} from "./types.js"
 */

/**
 * A job: how far it has come, and then its results. The address of this view is the job's permalink.
 * @param {HTMLElement} place
 * @param {Api} api
 * @param {string} id
 * @returns {View}
 */
export function showJob(place, api, id) {
  const leaving = new AbortController();
  const about = h("p", { class: "about" });
  const progress = progressPanel();
  const results = h("div");
  fill(place,
    h("div", { class: "title" }, h("h1", { tabindex: -1 }, "Guides"), copyButton()),
    about,
    progress.element,
    results,
  );
  void run();

  async function run() {
    try {
      const job = await followJob();
      if (job?.status === "complete") await resultsPanel(results, api, job, leaving.signal);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!leaving.signal.aborted) fill(results, refusal(error));
    }
  }

  /** @returns {Promise<Job | undefined>} as it ended; undefined where the view was left before */
  async function followJob() {
    /** @type {Job | undefined} */
    let last;
    await follow({ read: readBoth, show: ({ job, genome }) => show(job, genome), isOver: ({ job }) => isOver(job), onTrouble: progress.warn }, leaving.signal);
    return last;

    /** @param {Job} job @param {Genome | null} genome */
    function show(job, genome) {
      last = job;
      fill(about, "Genome ", h("strong", {}, job.genome), " · kept until ", h("time", { datetime: job.expires }, day(job.expires)));
      progress.show(job, genome);
    }
  }

  async function readBoth() {
    const job = await api.job(id);
    // The genome's steps are told only while it is prepared, or where that may be why the job failed.
    const ask = job.status === "preparing" || (job.status === "failed" && job.progress.guides === null);
    return { job, genome: ask ? await api.genome(job.genome).catch(() => null) : null };
  }

  return { title: "Guides", stop: () => (leaving.abort(), progress.stop()) };
}

/** @param {ApiError} error */
function refusal(error) {
  return h("div", { class: "trouble", role: "alert" },
    h("strong", {}, error.title), ` ${error.message} `,
    h("a", { href: "#/" }, "Design other guides"),
  );
}

function copyButton() {
  const button = h("button", { type: "button", click: copy }, "Copy link");
  async function copy() {
    await navigator.clipboard.writeText(location.href);
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy link"), 2000);
  }
  // Browsers give the clipboard to pages of secure origins only.
  button.hidden = !navigator.clipboard;
  return button;
}

/** @param {string} time */
function day(time) {
  return new Date(time).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
}
