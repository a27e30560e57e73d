import { fill, h } from "../dom/elements.js";
import { describeFilter } from "../model/filters.js";
import { count } from "../model/format.js";

/**
 * @import {About, Job, Versions} from "../types.js"
 * @import {Filter} from "../model/filters.js"
 */

/**
 * Create the facts that a laboratory notebook needs besides the table: the job, its options, the filters, the versions.
 * They are on the printed page only.
 * @param {About} about
 * @param {Job} job
 * @param {() => Filter} filter
 * @param {AbortSignal} signal
 */
export function printedFacts(about, job, filter, signal) {
  const element = h("dl", { class: "printed facts" });
  addEventListener("beforeprint", () => fill(element, ...facts(about, job, describeFilter(filter()))), { signal });
  addEventListener("afterprint", () => fill(element), { signal });
  return element;
}

/**
 * @param {About} about
 * @param {Job} job
 * @param {string} filters
 */
function facts({ columns, versions }, job, filters) {
  const { jobId, genome, kind, region, created, updated, options, progress } = job;
  const guides = count(progress.guides ?? 0);
  const specific = columns.find(({ name }) => name === "specific")?.text;
  /** @type {[string, string][]} */
  const all = [
    ["Job", `${jobId}, ${location.href}`],
    ["Genome", genome],
    ["Submitted", minute(created)],
    ["Complete", minute(updated)],
    ["Query", kind === "guides" ? `${guides} own guides` : `${region ?? "a sequence"} with ${guides} guides`],
    [
      "Options",
      `Efficient: at least ${options.consensus} of 3 methods accept the guide. Specific: ${specific} Off-targets have up to 4 mismatches.`,
    ],
    ["Filters", filters],
    ["Versions", describeVersions(versions)],
  ];
  return all.filter(([, text]) => text).flatMap(([name, text]) => [h("dt", {}, name), h("dd", {}, text)]);
}

/** @param {string} time ISO 8601 */
function minute(time) {
  return `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** @param {Versions} versions */
function describeVersions({ package: crackling, indexFormat, model }) {
  return `Crackling ${crackling}; index format ${indexFormat}; models: ${model}`;
}
