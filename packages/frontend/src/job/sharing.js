import { ApiError } from "../api.js";
import { fill, h } from "../dom/elements.js";
import { failure } from "../dom/failures.js";

/**
 * Create the choice of who may open a job, for its owner.
 * @param {boolean} shared
 * @param {(shared: boolean) => Promise<{shared: boolean}>} share
 */
export function sharing(shared, share) {
  const select = h(
    "select",
    { id: "sharing", change },
    h("option", { value: "", selected: !shared }, "only you"),
    h("option", { value: "shared", selected: shared }, "everybody here who has the link"),
  );
  const notice = h("div", { role: "status" });

  async function change() {
    const wanted = select.value !== "";
    try {
      ({ shared } = await share(wanted));
      fill(notice, shared ? "Shared. Others can read it, and not change it." : "No longer shared.");
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      fill(notice, failure(`That could not be changed. ${error.message}`));
    }
    select.value = shared ? "shared" : "";
  }

  return h("div", { class: "sharing" }, h("label", { for: select.id }, "Can be opened by"), select, notice);
}
