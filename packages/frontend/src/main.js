import { Api, ApiError } from "./api.js";
import { fill, h } from "./dom/elements.js";
import { catchEverything, failure, messageOf } from "./dom/failures.js";
import { readRoute } from "./model/route.js";
import { showSubmit } from "./submit/view.js";

/**
 * @import {View} from "./types.js"
 */

const place = /** @type {HTMLElement} */ (document.querySelector("main"));
const boundary = catchEverything(/** @type {HTMLElement} */ (document.querySelector("#trouble")));

/** @returns {Promise<Api>} */
async function connect() {
  const answer = await fetch("config.json", { cache: "no-cache" }).catch(() => null);
  const settings = answer?.ok ? await answer.json() : null;
  if (!settings?.api) throw new ApiError("Not set up", "The page’s settings (config.json) cannot be read.", 0);
  return new Api(settings.api);
}

/**
 * The view that the address asks for. All but the form are loaded when they are first asked for.
 * @param {HTMLElement} stage
 * @param {Api} api
 * @returns {Promise<View>}
 */
async function showCurrent(stage, api) {
  const route = readRoute(location.hash);
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
 * @param {HTMLElement} stage
 * @param {Api} api
 */
async function showSafely(stage, api) {
  try {
    return await showCurrent(stage, api);
  } catch (error) {
    boundary.tell(error);
    fill(
      stage,
      h("h1", { tabindex: -1 }, "This view cannot be shown"),
      h("p", {}, h("a", { href: "#/" }, "Design guides")),
    );
    return { title: "Something went wrong", stop: () => {} };
  }
}

/** Tell in the navigation where the user is. */
function markCurrent() {
  for (const link of document.querySelectorAll("nav a")) {
    if (link.getAttribute("href") === (location.hash || "#/")) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/** @param {Api} api */
function run(api) {
  const name = document.title;
  let latest = 0;
  /** @type {View | null} */
  let view = null;

  async function show() {
    const ours = ++latest;
    view?.stop();
    const stage = h("div", { class: "view" });
    const next = await showSafely(stage, api);
    // The user has gone on while this view was loaded.
    if (ours !== latest) return next.stop();
    view = next;
    fill(place, stage);
    markCurrent();
    document.title = `${view.title} · ${name}`;
  }

  addEventListener("hashchange", async () => {
    await show();
    scrollTo(0, 0);
    // As after a page load: a screen reader begins at the new view's heading.
    place.querySelector("h1")?.focus();
  });
  return show();
}

// Its address is no view's.
document.querySelector(".skip")?.addEventListener("click", (event) => {
  event.preventDefault();
  place.focus();
});
try {
  await run(await connect());
} catch (error) {
  fill(place, h("h1", {}, error instanceof ApiError ? error.title : "Something went wrong"), failure(messageOf(error)));
}
