import { Api, ApiError } from "./api.js";
import { fill, h } from "./dom.js";
import { showJob } from "./job-view.js";
import { readRoute } from "./route.js";
import { showSubmit } from "./submit-view.js";

/**
 * @import {View} from "./types.js"
 */

const place = /** @type {HTMLElement} */ (document.querySelector("main"));

/** @returns {Promise<Api>} */
async function connect() {
  const answer = await fetch("config.json", { cache: "no-cache" }).catch(() => null);
  const settings = answer?.ok ? await answer.json() : null;
  if (!settings?.api) throw new ApiError("Not set up", "The page’s settings (config.json) cannot be read.", 0);
  return new Api(settings.api);
}

/**
 * @param {Api} api
 * @returns {View}
 */
function showCurrent(api) {
  const route = readRoute(location.hash);
  if (route.view === "job") return showJob(place, api, route.id);
  if (route.view === "submit") return showSubmit(place, api);
  fill(place, h("h1", { tabindex: -1 }, "Nothing here"), h("p", {}, "There is no such page. ", h("a", { href: "#/" }, "Design guides")));
  return { title: "Nothing here", stop: () => {} };
}

try {
  const api = await connect();
  let view = showCurrent(api);
  const name = document.title;
  const entitle = () => (document.title = `${view.title} · ${name}`);
  entitle();
  addEventListener("hashchange", () => {
    view.stop();
    view = showCurrent(api);
    entitle();
    scrollTo(0, 0);
    // As after a page load: a screen reader begins at the new view's heading.
    place.querySelector("h1")?.focus();
  });
} catch (error) {
  if (!(error instanceof ApiError)) throw error;
  fill(place, h("h1", {}, error.title), h("p", { class: "trouble", role: "alert" }, error.message));
}
