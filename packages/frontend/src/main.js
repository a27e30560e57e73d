import { Api, ApiError } from "./api.js";
import { fill, h } from "./dom/elements.js";
import { catchEverything, failure, messageOf } from "./dom/failures.js";
import { readRoute } from "./model/route.js";
import { showSubmit } from "./submit/view.js";

/**
 * @import {Account} from "./account/account.js"
 * @import {View} from "./types.js"
 */

const main = /** @type {HTMLElement} */ (document.querySelector("main"));
const errors = catchEverything(/** @type {HTMLElement} */ (document.querySelector("#trouble")));

/**
 * Read the page's settings, which name the API, and how people sign in if they have to.
 * @returns {Promise<{api: Api, account: Account | null} | null>} null if this window has done its work
 */
async function connect() {
  const answer = await fetch("config.json", { cache: "no-cache" }).catch(() => null);
  const settings = answer?.ok ? await answer.json() : null;
  if (!settings?.api) throw new ApiError("Not set up", "The page’s settings (config.json) cannot be read.", 0);
  if (!settings.signIn) return { api: new Api(settings.api), account: null };
  const { openAccount } = await import("./account/account.js");
  const account = await openAccount(settings.signIn, /** @type {Element} */ (document.querySelector("header")));
  return account && { api: new Api(settings.api, undefined, undefined, account.session), account };
}

/**
 * Show the view that the address names. The code of a view other than the form is loaded when it is first shown.
 * @param {HTMLElement} stage
 * @param {Api} api
 * @param {Account | null} account
 * @returns {Promise<View>}
 */
async function showCurrent(stage, api, account) {
  const route = readRoute(location.hash);
  if (account?.session.user.value === null && route.view !== "about") return account.showSignIn(stage);
  if (route.view === "submit") return showSubmit(stage, api);
  if (route.view === "job") return (await import("./job/view.js")).showJob(stage, api, route.id);
  if (route.view === "about") return (await import("./about/view.js")).showAbout(stage, api);
  fill(
    stage,
    h("h1", { tabindex: -1 }, "Nothing here"),
    h("p", {}, "There is no such page. ", h("a", { href: "#/" }, "Design guides")),
  );
  return { title: "Nothing here", stop: () => {} };
}

/**
 * Show the current view, or an error if that fails.
 * @param {HTMLElement} stage
 * @param {Api} api
 * @param {Account | null} account
 */
async function showSafely(stage, api, account) {
  try {
    return await showCurrent(stage, api, account);
  } catch (error) {
    errors.show(error);
    fill(
      stage,
      h("h1", { tabindex: -1 }, "This view cannot be shown"),
      h("p", {}, h("a", { href: "#/" }, "Design guides")),
    );
    return { title: "Something went wrong", stop: () => {} };
  }
}

/** Mark the link of the current view in the navigation. */
function markCurrent() {
  for (const link of document.querySelectorAll("nav a")) {
    if (link.getAttribute("href") === (location.hash || "#/")) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/**
 * Show the current view now, and again whenever the address changes.
 * @param {Api} api
 * @param {Account | null} account
 */
function run(api, account) {
  const name = document.title;
  let latest = 0;
  /** @type {View | null} */
  let view = null;

  async function show() {
    const ours = ++latest;
    view?.stop();
    const stage = h("div", { class: "view" });
    const next = await showSafely(stage, api, account);
    // The user has opened another view while this one was loaded.
    if (ours !== latest) return next.stop();
    view = next;
    fill(main, stage);
    markCurrent();
    document.title = `${view.title} · ${name}`;
  }

  addEventListener("hashchange", async () => {
    await show();
    scrollTo(0, 0);
    // As after loading a page, a screen reader begins at the heading of the new view.
    main.querySelector("h1")?.focus();
  });
  // Nothing of a user stays in sight after they have signed out, in this window or another.
  account?.session.user.watch((user) => user === null && view && void show());
  return show();
}

// Following the link would change the fragment, which names the view.
document.querySelector(".skip")?.addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
try {
  const connected = await connect();
  if (connected) await run(connected.api, connected.account);
  else fill(main, h("h1", {}, "Signed in"), h("p", {}, "You can close this window and go on in the other."));
} catch (error) {
  fill(main, h("h1", {}, error instanceof ApiError ? error.title : "Something went wrong"), failure(messageOf(error)));
}
