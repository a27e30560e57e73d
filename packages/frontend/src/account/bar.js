import { fill, h } from "../dom/elements.js";
import { windows } from "./windows.js";

/**
 * @import {Session} from "./session.js"
 */

/**
 * Create the part of the header that tells who is signed in, and signs out. It is hidden if nobody is.
 * @param {Session} session
 */
export function accountBar(session) {
  const bar = h("div", { class: "account", role: "group", "aria-label": "Account" });
  // Whoever signs out in one window means all of them.
  const others = windows((message) => "signedOut" in message && void session.close());

  function signOut() {
    void session.close();
    others.tell({ signedOut: true });
    location.assign(session.provider.logoutAddress());
  }

  session.user.watch((user) => {
    bar.hidden = user === null;
    if (user)
      fill(
        bar,
        h("span", { class: "user", title: user.name }, user.name),
        h("button", { type: "button", click: signOut }, "Sign out"),
      );
  });
  return bar;
}
