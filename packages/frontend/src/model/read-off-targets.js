import { ApiError } from "../api.js";

/**
 * @import {Api} from "../api.js"
 * @import {OffTargets} from "../types.js"
 */

/** Each request takes up to half a minute and continues where the one before ended. */
const REQUESTS = 12;
/** In milliseconds, unless the service asks for another. */
const PAUSE = 2000;

/**
 * Read the off-targets of a guide. Parts of a large index may have to be fetched first, which can take several requests.
 * @param {Api} api
 * @param {string} jobId
 * @param {number} target
 * @param {AbortSignal} signal
 * @param {() => void} onWait before each further request
 * @returns {Promise<OffTargets>}
 */
export async function readOffTargets(api, jobId, target, signal, onWait) {
  for (let left = REQUESTS - 1; ; left--) {
    try {
      return await api.offTargets(jobId, target, signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof ApiError && error.transient && left > 0)) throw error;
      onWait();
      await api.pause(error.retryAfter ?? PAUSE, signal);
      signal.throwIfAborted();
    }
  }
}
