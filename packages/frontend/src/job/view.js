import { ApiError } from "../api.js";
import { copyButton } from "../dom/copy.js";
import { fill, h } from "../dom/elements.js";
import { failure } from "../dom/failures.js";
import { follow } from "../model/follow.js";
import { day } from "../model/format.js";
import { isFinished, outcomeOf } from "../model/progress.js";
import { forgetJob, noteJob, recentJobs } from "../model/recent-jobs.js";
import { deletion } from "./deletion.js";
import { mailNote } from "./mail-note.js";
import { progressPanel } from "./progress-panel.js";
import { sharing } from "./sharing.js";

/**
 * @import {Api} from "../api.js"
 * @import {Genome, Job, View} from "../types.js"
 */

/**
 * Show a job: first its progress, then its results. The address of this view is the job's permalink.
 * @param {HTMLElement} container
 * @param {Api} api
 * @param {string} id
 * @returns {View}
 */
export function showJob(container, api, id) {
  const leaving = new AbortController();
  const about = h("p", { class: "about" });
  const progress = progressPanel(() => api.now());
  const results = h("div", { class: "results" });
  const { name, mail } = recentJobs().find((job) => job.id === id) ?? {};
  const mailed = mailNote(mail, withdraw);
  const heading = h("h1", { tabindex: -1 }, titleOf(name));
  const { ask, question } = deletion(remove);
  // Who may do what is known once the job has been read.
  ask.hidden = api.signed !== null;
  const access = h("div", { hidden: true });
  fill(
    container,
    h(
      "div",
      { class: "title" },
      heading,
      h(
        "div",
        { class: "actions" },
        copyButton("Copy link", () => location.href),
        ask,
      ),
    ),
    question,
    about,
    access,
    mailed.element,
    progress.element,
    results,
  );
  void run();

  async function run() {
    try {
      const job = await followJob();
      if (job?.status !== "complete") return;
      // The code of the table and the plots is loaded only now that there is something to show.
      const { resultsPanel } = await import("../results/panel.js");
      if (!leaving.signal.aborted) await resultsPanel(results, api, job, leaving.signal);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!leaving.signal.aborted) refuse(error);
    }
  }

  async function remove() {
    await api.deleteJob(id).catch((error) => {
      // Somebody else has deleted it meanwhile, or it has expired.
      if (!(error instanceof ApiError && isGone(error.status))) throw error;
    });
    stop();
    leave("Job deleted", "Its query and results are gone. ");
  }

  async function withdraw() {
    await api.withdrawEmail(id);
    noteJob({ id, mail: undefined });
  }

  /**
   * Show that the job is no longer there.
   * @param {string} title
   * @param {string} text
   */
  function leave(title, text) {
    forgetJob(id);
    const gone = h("h1", { tabindex: -1 }, title);
    fill(container, gone, h("p", { role: "status" }, text, h("a", { href: "#/" }, "Design other guides")));
    gone.focus();
  }

  /** @param {ApiError} error */
  function refuse({ status, title, message, transient }) {
    if (isGone(status)) {
      stop();
      leave(status === 404 ? "No such job" : "This job is no longer there", `${message}. ${ownersNote(status)}`);
      return;
    }
    const onward = transient
      ? h("button", { type: "button", click: run }, "Try again")
      : h("a", { href: "#/" }, "Design other guides");
    const notice = failure(`${message} `, onward);
    // If the job has never been read, there is nothing else to show.
    if (about.textContent) fill(results, notice);
    else fill(container, h("h1", { tabindex: -1 }, title), notice);
  }

  /**
   * To somebody else, a job that is private does not exist.
   * @param {number} status
   */
  function ownersNote(status) {
    const user = api.signed?.user.value;
    if (status !== 404 || !user) return "";
    return `It may also belong to somebody who has not shared it; you are signed in as ${user.name}. `;
  }

  /**
   * @param {Job} job
   * @param {boolean} isAdmin
   */
  function showAccess({ mine, shared }, isAdmin) {
    ask.hidden = !mine && !isAdmin;
    access.hidden = false;
    fill(
      access,
      mine
        ? sharing(shared, (wanted) => api.shareJob(id, wanted))
        : h(
            "p",
            { class: "note" },
            "You can read this job because its owner shares it. Only they can change or delete it.",
          ),
    );
  }

  /** @returns {Promise<Job | undefined>} the finished job; undefined if the user has left the view before */
  async function followJob() {
    /** @type {Job | undefined} */
    let last;
    await follow(
      {
        read: () => readBoth(api, id),
        show: ({ job, genome }) => show(job, genome),
        isFinished: ({ job }) => isFinished(job),
        onTrouble: progress.warn,
      },
      leaving.signal,
    );
    if (last)
      noteJob({
        id,
        ...(!name && last.region ? { name: last.region } : {}),
        genome: last.genome,
        outcome: outcomeOf(last.status, last.progress.guides),
      });
    return last;

    /** @param {Job} job @param {Genome | null} genome */
    function show(job, genome) {
      if (!last && api.signed) showAccess(job, api.signed.user.value?.isAdmin ?? false);
      last = job;
      fill(
        about,
        "Genome ",
        h("strong", {}, genomeName(job)),
        " · submitted ",
        time(job.created),
        " · query and results are deleted on ",
        time(job.expires),
        job.genomeReplaced &&
          h(
            "p",
            { role: "note" },
            "This genome was deleted or replaced after the job had begun. The job keeps to the genome that it began with.",
          ),
      );
      // Who reads somebody else's job cannot withdraw the address.
      if (job.mine || !api.signed) mailed.show(job);
      if (!name && job.region) fill(heading, titleOf(job.region));
      progress.show(job, genome);
    }
  }

  function stop() {
    leaving.abort();
    progress.stop();
  }

  return { title: name ? `${name}: guides` : "Guides", stop };
}

/**
 * @param {Api} api
 * @param {string} id
 * @returns {Promise<{job: Job, genome: Genome | null}>}
 */
async function readBoth(api, id) {
  const job = await api.job(id);
  // The genome is of interest while it is prepared, and if its preparation may be why the job failed.
  const ask = job.status === "preparing" || (job.status === "failed" && job.progress.guides === null);
  return { job, genome: ask ? await api.genome(job.genome).catch(() => null) : null };
}

/**
 * Return whether an answer says that there is no such job, or none any more.
 * @param {number} status
 */
function isGone(status) {
  return status === 404 || status === 410;
}

/** @param {string | null} [name] of the query, if this browser or the job knows it */
function titleOf(name) {
  return name ? `Guides for ${name}` : "Guides";
}

/** @param {string} moment */
function time(moment) {
  return h("time", { datetime: moment }, day(moment));
}

/** @param {Job} job */
function genomeName({ genome, organism, genomeName: given }) {
  const name = organism ?? given;
  return name && name !== genome ? `${name} (${genome})` : genome;
}
