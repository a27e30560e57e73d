/**
 * @typedef {{view: "submit"} | {view: "job", id: string} | {view: "unknown"}} Route
 */

/**
 * What an address's fragment asks for: #/ is the form, #/jobs/ID is a job's permalink.
 * @param {string} fragment
 * @returns {Route}
 */
export function readRoute(fragment) {
  if (["", "#", "#/"].includes(fragment)) return { view: "submit" };
  const found = /^#\/jobs\/([\w-]{1,64})$/.exec(fragment);
  return found?.[1] ? { view: "job", id: found[1] } : { view: "unknown" };
}

/** @param {string} id */
export function jobFragment(id) {
  return `#/jobs/${id}`;
}
