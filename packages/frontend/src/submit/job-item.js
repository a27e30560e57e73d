import { h } from "../dom/elements.js";
import { jobFragment } from "../model/route.js";

/**
 * Create an entry of a list of jobs.
 * @param {object} job
 * @param {string} job.id
 * @param {string} job.name empty if it is not known
 * @param {(string | false | undefined)[]} job.facts
 * @param {string} job.time
 * @param {HTMLElement} [button]
 */
export function jobItem({ id, name, facts, time }, button) {
  return h(
    "li",
    {},
    h("a", { href: jobFragment(id) }, name || `Job ${id.slice(0, 8)}`),
    button,
    h(
      "span",
      { class: "detail" },
      facts.filter(Boolean).join(" · "),
      " · ",
      h(
        "time",
        { datetime: time },
        new Date(time).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" }),
      ),
    ),
  );
}
