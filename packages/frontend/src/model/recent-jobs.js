/** The jobs that this browser started or opened, the latest first. Only the browser keeps this list. */

import { recall, remember } from "./storage.js";

const MOST = 20;

/** @typedef {{id: string, name: string, genome: string, time: string, outcome?: string, mail?: {address: string, pending: boolean} | undefined}} RecentJob */

/** @returns {RecentJob[]} */
export function recentJobs() {
  const stored = recall("jobs", /** @type {RecentJob[]} */ ([]));
  return Array.isArray(stored) ? stored : [];
}

/**
 * Add a job to the list, or update what is known about it.
 * @param {Partial<RecentJob> & {id: string}} job
 */
export function noteJob(job) {
  const known = recentJobs();
  const before = known.find(({ id }) => id === job.id);
  const noted = { name: "", genome: "", time: new Date().toISOString(), ...before, ...job };
  const others = known.filter(({ id }) => id !== job.id);
  const index = before ? known.indexOf(before) : 0;
  remember("jobs", others.toSpliced(index, 0, noted).slice(0, MOST));
}

/** @param {string} id */
export function forgetJob(id) {
  remember(
    "jobs",
    recentJobs().filter((job) => job.id !== id),
  );
}
