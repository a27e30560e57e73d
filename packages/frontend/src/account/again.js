/**
 * Sign in again beside the page, so that a form that is filled stays as it is. The sign-in opens in a window of its own,
 * which returns to this page, hands its answer to the window that asked, and closes.
 */
import { ApiError } from "../api.js";
import { fill, h } from "../dom/elements.js";
import { failure } from "../dom/failures.js";
import { leaveToSignIn } from "./view.js";
import { windows } from "./windows.js";

/**
 * @import {Attempt, Session} from "./session.js"
 */

/**
 * Ask the user to sign in again.
 * @param {Session} session
 * @returns {Promise<boolean>} whether they have
 */
export function askAgain(session) {
  return new Promise((resolve) => {
    const notices = h("div", {});
    const dialog = h(
      "dialog",
      { class: "again", "aria-labelledby": "again-title", close: () => end(false) },
      h("h2", { id: "again-title" }, "Your session has ended"),
      h(
        "p",
        {},
        "Sign in again to go on. A window opens for it; this page and what you have entered stay as they are.",
      ),
      notices,
      h(
        "div",
        { class: "actions" },
        h("button", { type: "button", class: "primary", click: open }, "Sign in again"),
        h("button", { type: "button", click: () => dialog.close() }, "Not now"),
      ),
    );
    /** @type {Attempt | null} */
    let attempt = null;
    const others = windows((message) => {
      if (!("answer" in message)) return;
      const answer = new URLSearchParams(message.answer);
      if (!attempt || answer.get("state") !== attempt.state) return;
      others.tell({ taken: attempt.state });
      session.finish(attempt, answer).then(() => end(true), show);
      attempt = null;
    });

    async function open() {
      // Opened before anything is awaited: browsers allow a window only at a click.
      const beside = window.open("", "_blank", "popup,width=520,height=760");
      if (!beside) return offerHere();
      try {
        const begun = await session.begin("");
        ({ attempt } = begun);
        beside.location.assign(begun.address);
      } catch (error) {
        beside.close();
        show(error);
      }
    }

    function offerHere() {
      fill(
        notices,
        failure(
          "The browser has blocked the window. Allow it, or sign in on this page: texts are kept, chosen files are not. ",
          h("button", { type: "button", click: () => leaveToSignIn(session).catch(show) }, "Sign in on this page"),
        ),
      );
    }

    /** @param {unknown} error */
    function show(error) {
      if (!(error instanceof ApiError)) throw error;
      fill(notices, failure(error.message));
    }

    /** @param {boolean} signedIn */
    function end(signedIn) {
      others.close();
      dialog.remove();
      resolve(signedIn);
    }

    session.user.watch((user) => user === null && end(false));
    document.body.append(dialog);
    dialog.showModal();
  });
}
