import { ApiError } from "../api.js";
import { fill, h } from "../dom/elements.js";
import { describeFilter } from "../model/filters.js";
import { count } from "../model/format.js";

/**
 * @import {Api} from "../api.js"
 * @import {Job} from "../types.js"
 * @import {Filter} from "../model/filters.js"
 */

/** @type {Record<string, string>} */
const VERSIONS = { package: "Crackling", indexFormat: "index format", model: "models" };

/**
 * What a laboratory's notebook needs besides the table: which job this was, how it was made, and what was left out.
 * @param {Api} api
 * @param {Job} job
 * @param {() => Filter} filter
 * @param {AbortSignal} signal
 */
export function printedFacts(api, job, filter, signal) {
  const element = h("dl", { class: "printed facts" });
  let versions = "";
  api.about().then(
    (about) => (versions = describeVersions(about.versions)),
    (error) => {
      if (!(error instanceof ApiError)) throw error;
    },
  );
  addEventListener("beforeprint", () => fill(element, ...facts(job, versions, describeFilter(filter()))), { signal });
  addEventListener("afterprint", () => fill(element), { signal });
  return element;
}

/**
 * @param {Job} job
 * @param {string} versions
 * @param {string} filters
 */
function facts(job, versions, filters) {
  const { jobId, genome, kind, region, created, updated, options, progress } = job;
  const guides = count(progress.guides ?? 0);
  /** @type {[string, string][]} */
  const all = [
    ["Job", `${jobId}, ${location.href}`],
    ["Genome", genome],
    ["Submitted", minute(created)],
    ["Complete", minute(updated)],
    ["Query", kind === "guides" ? `${guides} guides of one’s own` : `${region ?? "a sequence"} with ${guides} guides`],
    [
      "Options",
      `a guide is efficient when ${options.consensus} of 3 methods accept it, and specific when MIT and CFD are at least 75; off-targets have up to 4 mismatches`,
    ],
    ["Filters", filters],
    ["Versions", versions],
  ];
  return all.filter(([, text]) => text).flatMap(([name, text]) => [h("dt", {}, name), h("dd", {}, text)]);
}

/** @param {string} time ISO 8601 */
function minute(time) {
  return `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** @param {Record<string, string | number>} versions */
function describeVersions(versions) {
  return Object.entries(versions)
    .map(([name, version]) => `${VERSIONS[name] ?? name} ${version}`)
    .join("; ");
}
