import { fill, h } from "./elements.js";

/**
 * @import {Child} from "./elements.js"
 */

/**
 * Show unexpected errors in a banner; the rest of the page stays as it is.
 * @param {HTMLElement} container an empty element with the role alert
 */
export function catchEverything(container) {
  const show = (/** @type {unknown} */ error) => {
    const close = h("button", { type: "button", click: () => fill(container) }, "Close");
    const reload = h("button", { type: "button", click: () => location.reload() }, "Reload the page");
    const content = h(
      "p",
      {},
      h("strong", {}, "Something went wrong in this page. "),
      "What you see may be incomplete; your job is not affected. ",
      h("code", {}, messageOf(error)),
    );
    fill(container, h("div", { class: "trouble banner" }, content, h("div", { class: "actions" }, reload, close)));
  };
  // Browsers report it as an error if an observer of sizes changes a size; that is harmless.
  addEventListener("error", ({ error, message }) => error && !message.includes("ResizeObserver") && show(error));
  addEventListener("unhandledrejection", ({ reason }) => show(reason));
  return { show };
}

/**
 * Draw a part of a view. If that fails, the part shows an error and the rest of the view stays.
 * @param {HTMLElement} container
 * @param {string} name "map"
 * @param {() => void | Promise<void>} draw
 */
export async function guarded(container, name, draw) {
  try {
    await draw();
  } catch (error) {
    fill(container, failure(`The ${name} cannot be shown: `, h("code", {}, messageOf(error))));
  }
}

/**
 * Create an error message.
 * @param {...Child} content
 */
export function failure(...content) {
  return h("p", { class: "trouble", role: "alert" }, ...content);
}

/**
 * Return what an error says.
 * @param {unknown} error
 */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
