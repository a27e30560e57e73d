/**
 * Send messages between the windows of this page in a browser. A code is worthless to whoever does not know the verifier of
 * its sign-in, and no token is sent.
 */
import { sleep } from "../api.js";

const NAME = "crackling.account";
/** In milliseconds. A window that has begun a sign-in answers at once. */
const PATIENCE = 2000;

/** @typedef {{answer: string} | {taken: string | null} | {signedOut: true}} Message */

/**
 * Listen to the other windows.
 * @param {(message: Message) => void} hear
 */
export function windows(hear) {
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = ({ data }) => hear(data);
  return {
    /** @param {Message} message */
    tell: (message) => channel.postMessage(message),
    close: () => channel.close(),
  };
}

/**
 * Hand the answer of a sign-in to the window that has begun it, and close this one.
 * @param {URLSearchParams} answer
 * @returns {Promise<boolean>} whether a window has taken it
 */
export async function handOver(answer) {
  let taken = false;
  const waiting = new AbortController();
  const others = windows((message) => {
    if (!("taken" in message) || message.taken !== answer.get("state")) return;
    taken = true;
    waiting.abort();
  });
  others.tell({ answer: String(answer) });
  await sleep(PATIENCE, waiting.signal);
  others.close();
  if (taken) close();
  return taken;
}
