import { ApiError } from "../api.js";

/**
 * @import {Api} from "../api.js"
 * @import {OffTargets} from "../types.js"
 */

/** While the service makes the list, it says when to ask again, after two seconds; a list takes minutes at most. */
const REQUESTS = 300;
/** Requests that fail otherwise. */
const FAILURES = 12;
/** In milliseconds, unless the service asks for another. */
const PAUSE = 2000;

/**
 * Read the off-targets of a guide. If parts of a large index have to be fetched first, the service makes the list meanwhile.
 * @param {Api} api
 * @param {string} jobId
 * @param {number} target
 * @param {AbortSignal} signal
 * @param {(state: string | null) => void} onWait before each further request, with how far the list is
 * @returns {Promise<OffTargets>}
 */
export async function readOffTargets(api, jobId, target, signal, onWait) {
  for (let requests = 1, failures = 0; ; requests++) {
    try {
      return await api.offTargets(jobId, target, signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof ApiError && error.transient)) throw error;
      const made = error.status === 503 && error.retryAfter !== null;
      failures += made ? 0 : 1;
      if (failures >= FAILURES || requests >= REQUESTS) throw error;
      onWait(made ? error.message : null);
      await api.pause(error.retryAfter ?? PAUSE, signal);
      signal.throwIfAborted();
    }
  }
}
