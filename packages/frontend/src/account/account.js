import { ApiError } from "../api.js";
import { askAgain } from "./again.js";
import { accountBar } from "./bar.js";
import { Provider } from "./provider.js";
import { Session } from "./session.js";
import { showSignIn } from "./view.js";
import { handOver } from "./windows.js";

/**
 * @import {View} from "../types.js"
 * @import {Settings} from "./provider.js"
 */

/** @typedef {{session: Session, showSignIn: (container: HTMLElement) => View}} Account */

/**
 * Open the account of a deployment that people sign in to: go on with the session of this tab, or finish the sign-in from
 * which the browser returns.
 * @param {Settings} settings
 * @param {Element} header in which the account is shown
 * @returns {Promise<Account | null>} null if another window, which has opened this one to sign in, has gone on
 */
export async function openAccount(settings, header) {
  const session = new Session(new Provider(settings, `${location.origin}/`), () => askAgain(session));
  /** @type {string[]} */
  const trouble = [];
  try {
    if (await isTaken(session, new URLSearchParams(location.search))) return null;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    trouble.push(error.message);
  }
  header.append(accountBar(session));
  return {
    session,
    /**
     * Show the view that stands for all others until somebody has signed in.
     * @param {HTMLElement} container
     * @returns {View}
     */
    showSignIn: (container) => showSignIn(container, session, trouble.splice(0)),
  };
}

/**
 * Sign the user in, if that can be done without asking.
 * @param {Session} session
 * @param {URLSearchParams} answer
 * @returns {Promise<boolean>} whether another window has taken the answer of the sign-in service
 */
async function isTaken(session, answer) {
  if (answer.has("state")) {
    const attempt = session.takeKept();
    // The code is of no use any more, and must not end up in a bookmark.
    history.replaceState(null, "", `${location.pathname}${attempt?.returnTo ?? ""}`);
    if (attempt) {
      await session.finish(attempt, answer);
      return false;
    }
    if (await handOver(answer)) return true;
  }
  await session.resume();
  if (answer.has("state") && session.user.value === null)
    throw new ApiError("Not signed in", "That sign-in was begun elsewhere, or too long ago. Sign in again.", 400);
  return false;
}
