/**
 * @typedef {{view: "submit"} | {view: "about"} | {view: "job", id: string} | {view: "unknown"}} Route
 */

/**
 * What an address's fragment asks for: #/ is the form, #/jobs/ID is a job's permalink, #/about the method.
 * @param {string} fragment
 * @returns {Route}
 */
export function readRoute(fragment) {
  if (["", "#", "#/"].includes(fragment)) return { view: "submit" };
  if (fragment === "#/about") return { view: "about" };
  const found = /^#\/jobs\/([\w-]{1,64})$/.exec(fragment);
  return found?.[1] ? { view: "job", id: found[1] } : { view: "unknown" };
}

/** @param {string} id */
export function jobFragment(id) {
  return `#/jobs/${id}`;
}
