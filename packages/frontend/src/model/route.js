/**
 * @typedef {{view: "submit"} | {view: "about"} | {view: "job", id: string} | {view: "unknown"}} Route
 */

/**
 * Return the view that an address's fragment names: #/ is the form, #/jobs/ID a job's permalink, #/about the method.
 * @param {string} fragment
 * @returns {Route}
 */
export function readRoute(fragment) {
  if (["", "#", "#/"].includes(fragment)) return { view: "submit" };
  if (fragment === "#/about") return { view: "about" };
  const found = /^#\/jobs\/([\w-]{1,64})$/.exec(fragment);
  return found?.[1] ? { view: "job", id: found[1] } : { view: "unknown" };
}

/**
 * Return the fragment of a job's permalink.
 * @param {string} id
 */
export function jobFragment(id) {
  return `#/jobs/${id}`;
}
