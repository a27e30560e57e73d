/**
 * @import {Api} from "../api.js"
 * @import {Target} from "../types.js"
 */

const PAGE = 1000;

/**
 * Read the targets of a job page by page, until all are read or at least `most`.
 * @param {Api} api
 * @param {string} jobId
 * @param {string | null} cursor of the first page; null is the first target
 * @param {number} most
 * @param {(read: number) => void} onProgress
 * @returns {Promise<{targets: Target[], next: string | null}>} `next` is not null if more follow
 */
export async function readTargets(api, jobId, cursor, most, onProgress) {
  /** @type {Target[]} */
  const targets = [];
  let next = cursor;
  do {
    const page = await api.targets(jobId, next, PAGE);
    targets.push(...page.targets);
    next = page.next;
    onProgress(targets.length);
  } while (next !== null && targets.length < most);
  return { targets, next };
}
