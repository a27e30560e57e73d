/**
 * @import {Genome, Job} from "./types.js"
 */

/**
 * @typedef {object} Stage
 * @property {string} name
 * @property {"waiting" | "current" | "done" | "failed"} state
 * @property {string} detail
 * @property {{done: number, total: number} | null} count guides
 */

/** @type {Record<string, string>} */
const PARTS = { fasta: "sequence", issl: "off-target index", bowtie2: "Bowtie 2 index" };

/**
 * The stages of a job, in order. The last two run side by side.
 * @param {Job} job
 * @param {Genome | null} genome as far as it is known
 * @returns {Stage[]}
 */
export function stagesOf(job, genome) {
  const { guides, onTarget, offTarget } = job.progress;
  return [
    stage("Genome", genomeState(job, genome), genomeDetail(job, genome)),
    stage("Find guides", scanState(job, genome), guides === null ? "" : `${guides.toLocaleString("en")} found`),
    scoring("Score efficiency", job, onTarget),
    scoring("Search off-targets", job, offTarget),
  ];
}

/** @param {Job} job */
export function isOver(job) {
  return job.status === "complete" || job.status === "failed";
}

/**
 * From the submission until now, or until the job's end.
 * @param {Job} job
 * @param {number} now milliseconds
 */
export function elapsed(job, now) {
  const end = isOver(job) ? Date.parse(job.updated) : now;
  const seconds = Math.max(0, Math.round((end - Date.parse(job.created)) / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/**
 * @param {string} name
 * @param {Stage["state"]} state
 * @param {string} detail
 * @param {Stage["count"]} count
 * @returns {Stage}
 */
function stage(name, state, detail, count = null) {
  return { name, state, detail, count };
}

/**
 * @param {Job} job
 * @param {Genome | null} genome
 */
function genomeState(job, genome) {
  if (job.status === "queued") return "waiting";
  if (job.status === "preparing") return "current";
  return failedBeforeScan(job, genome) ? "failed" : "done";
}

/**
 * @param {Job} job
 * @param {Genome | null} genome
 */
function scanState(job, genome) {
  if (job.progress.guides !== null) return "done";
  if (job.status === "scanning") return "current";
  return job.status === "failed" && !failedBeforeScan(job, genome) ? "failed" : "waiting";
}

/**
 * @param {Job} job
 * @param {Genome | null} genome
 */
function failedBeforeScan(job, genome) {
  return job.status === "failed" && job.progress.guides === null && genome?.state !== "ready";
}

/**
 * @param {Job} job
 * @param {Genome | null} genome
 */
function genomeDetail(job, genome) {
  if (job.status !== "preparing" || !genome) return job.genome;
  const left = genome.parts.filter((part) => !genome.done.includes(part)).map((part) => PARTS[part] ?? part);
  return left.length ? `${job.genome}: preparing ${left.join(" and ")}` : job.genome;
}

/**
 * @param {string} name
 * @param {Job} job
 * @param {number} done
 */
function scoring(name, job, done) {
  const total = job.progress.guides;
  if (total === null) return stage(name, "waiting", "");
  const detail = `${done.toLocaleString("en")} of ${total.toLocaleString("en")} guides`;
  const unfinished = job.status === "failed" ? "failed" : "current";
  return stage(name, done >= total ? "done" : unfinished, detail, { done, total });
}
