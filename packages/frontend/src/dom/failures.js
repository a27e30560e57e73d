import { fill, h } from "./elements.js";

/**
 * @import {Child} from "./elements.js"
 */

/**
 * Errors that nobody expected are told in a banner, and what is shown stays.
 * @param {HTMLElement} place an empty element with role alert
 */
export function catchEverything(place) {
  const tell = (/** @type {unknown} */ error) => {
    const close = h("button", { type: "button", click: () => fill(place) }, "Close");
    const reload = h("button", { type: "button", click: () => location.reload() }, "Reload the page");
    const content = h(
      "p",
      {},
      h("strong", {}, "Something went wrong in this page. "),
      "What you see may be incomplete; your job is not affected. ",
      h("code", {}, messageOf(error)),
    );
    fill(place, h("div", { class: "trouble banner" }, content, h("div", { class: "actions" }, reload, close)));
  };
  // A resize that an observer answers with another resize is no failure.
  addEventListener("error", ({ error, message }) => error && !message.includes("ResizeObserver") && tell(error));
  addEventListener("unhandledrejection", ({ reason }) => tell(reason));
  return { tell };
}

/**
 * Draw a part of a view; where that fails the part says so, and the rest stands.
 * @param {HTMLElement} place
 * @param {string} name "map"
 * @param {() => void | Promise<void>} draw
 */
export async function guarded(place, name, draw) {
  try {
    await draw();
  } catch (error) {
    fill(place, failure(`The ${name} cannot be shown: `, h("code", {}, messageOf(error))));
  }
}

/** @param {...Child} content */
export function failure(...content) {
  return h("p", { class: "trouble", role: "alert" }, ...content);
}

/** @param {unknown} error */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
