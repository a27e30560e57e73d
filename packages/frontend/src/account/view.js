import { ApiError } from "../api.js";
import { fill, h } from "../dom/elements.js";
import { failure } from "../dom/failures.js";
import { readRoute } from "../model/route.js";

/**
 * @import {View} from "../types.js"
 * @import {Session} from "./session.js"
 */

/**
 * Show the view that asks to sign in. It stands for the one that the address names, to which the sign-in returns.
 * @param {HTMLElement} container
 * @param {Session} session
 * @param {string[]} trouble why the last sign-in failed
 * @returns {View}
 */
export function showSignIn(container, session, trouble) {
  const leaving = new AbortController();
  const notices = h("div", {}, ...trouble.map((text) => failure(text)));
  const button = h("button", { type: "button", class: "primary", click: signIn }, "Sign in");

  async function signIn() {
    button.disabled = true;
    try {
      await leaveToSignIn(session);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      fill(notices, failure(error.message));
      button.disabled = false;
    }
  }

  // The browser may show the page again as it was left.
  addEventListener("pageshow", () => (button.disabled = false), { signal: leaving.signal });
  const job = readRoute(location.hash).view === "job";
  fill(
    container,
    h("h1", { tabindex: -1 }, "Sign in"),
    h(
      "section",
      { class: "panel sign-in", "aria-label": "Sign in" },
      h(
        "p",
        {},
        job
          ? "Sign in to open this job. You will return to it."
          : "Paste a gene, choose the genome, and get every SpCas9 guide with its efficiency and its off-targets.",
      ),
      h(
        "p",
        {},
        "This service is for those who have an account here. Accounts are created by the people who run it. ",
        h("a", { href: "#/about" }, "About the method"),
      ),
      notices,
      button,
    ),
  );
  return { title: "Sign in", stop: () => leaving.abort() };
}

/**
 * Leave the page for the sign-in service, which returns to the view that is shown now.
 * @param {Session} session
 */
export async function leaveToSignIn(session) {
  const { attempt, address } = await session.begin(location.hash);
  session.keep(attempt);
  location.assign(address);
}
