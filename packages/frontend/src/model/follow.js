import { ApiError, sleep } from "../api.js";

const FIRST_PAUSE = 400;
const LONGEST_PAUSE = 5000;

/**
 * Read something repeatedly until it is finished, with ever longer pauses. A transient failure does not end this, and the
 * pause after it is at least as long as the service asks for.
 * @template Value
 * @param {object} what
 * @param {() => Promise<Value>} what.read
 * @param {(value: Value) => void | Promise<void>} what.show
 * @param {(value: Value) => boolean} what.isFinished
 * @param {(error: ApiError) => void} what.onTrouble called before the next attempt
 * @param {AbortSignal} signal ends it
 * @param {(milliseconds: number, signal: AbortSignal) => Promise<void>} pause
 * @throws {ApiError} if a failure is not transient
 */
export async function follow({ read, show, isFinished, onTrouble }, signal, pause = sleep) {
  for (let wait = FIRST_PAUSE; !signal.aborted; wait = Math.min(wait * 1.2, LONGEST_PAUSE)) {
    let asked = 0;
    try {
      const value = await read();
      if (signal.aborted) return;
      await show(value);
      if (isFinished(value)) return;
    } catch (error) {
      if (!(error instanceof ApiError && error.transient)) throw error;
      asked = error.retryAfter ?? 0;
      if (!signal.aborted) onTrouble(error);
    }
    await pause(Math.max(wait, asked), signal);
  }
}
