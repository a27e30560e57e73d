import { ApiError } from "../api.js";
import { fill, h } from "../dom/elements.js";
import { failure } from "../dom/failures.js";
import { saveBlob } from "../dom/save.js";

/**
 * @import {Api} from "../api.js"
 */

/**
 * Create a link that downloads a file of the API. A link cannot tell who is signed in, so that a button stands for it then.
 * @param {Api} api
 * @param {string} address
 * @param {string} name of the file on the user's machine
 * @param {string} title
 */
export function fileLink(api, address, name, title) {
  if (!api.signed) return h("a", { href: address, download: name }, title);
  const notice = h("span", { role: "status" });
  const button = h("button", { type: "button", class: "link", click: save }, title);

  let fetching = false;

  async function save() {
    // A button that is disabled would lose the focus.
    if (fetching) return;
    fetching = true;
    fill(notice, " Fetching…");
    try {
      saveBlob(name, await api.file(address));
      fill(notice);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      fill(notice, failure(error.message));
    } finally {
      fetching = false;
    }
  }

  return h("span", {}, button, notice);
}
