import { count, countOf, duration, sized } from "./format.js";

/**
 * @import {Genome, IndexDownload, Job, PartProgress} from "../types.js"
 */

/**
 * @typedef {object} Stage
 * @property {string} name
 * @property {"waiting" | "current" | "done" | "failed"} state
 * @property {string} detail
 * @property {{done: number, total: number} | null} count shown by its progress bar
 */

/** @type {Record<string, string>} */
const PARTS = { fasta: "sequence", issl: "off-target index" };
/** @type {Record<NonNullable<PartProgress["phase"]>, string>} */
const PHASES = {
  downloading: "downloading",
  reading: "reading",
  annotating: "looking for genes",
  sorting: "sorting",
  writing: "writing",
  uploading: "storing",
};

/**
 * Return what has become of a job, in few words.
 * @param {Job["status"]} status
 * @param {number | null} guides
 */
export function outcomeOf(status, guides) {
  if (status === "failed") return "failed";
  return status === "complete" ? countOf(guides ?? 0, "guide") : "running";
}

/**
 * Return the stages of a job in order. The last two run at the same time.
 * @param {Job} job
 * @param {Genome | null} genome if it is known
 * @returns {Stage[]}
 */
export function stagesOf(job, genome) {
  const { guides, consensusDone, offTargetDone } = job.progress;
  const state = genomeState(job, genome);
  const under = state === "current" ? preparation(job, genome) : null;
  return [
    stage("Genome", state, genomeDetail(job, genome), under && { done: under.done, total: under.total }),
    stage("Find guides", scanState(job, genome), guides === null ? "" : `${count(guides)} found`),
    scoring("Score efficiency", job, consensusDone),
    searching(job, offTargetDone),
  ];
}

/**
 * Return the progress of the genome's preparation, if the API reports how much of a step is done.
 * @param {Job} job
 * @param {Genome | null} genome
 * @returns {PartProgress | null}
 */
export function preparation(job, genome) {
  const told = current(job, genome);
  return told && told.total > 0 ? told : null;
}

/**
 * @param {Job} job
 * @param {Genome | null} genome
 */
function current(job, genome) {
  return job.genomeProgress ?? genome?.progress ?? null;
}

/**
 * Tell whether a job has finished, successfully or not.
 * @param {Job} job
 */
export function isFinished(job) {
  return job.status === "complete" || job.status === "failed";
}

/**
 * Return the time from the submission until now, or until the job finished.
 * @param {Job} job
 * @param {number} now in milliseconds
 */
export function elapsed(job, now) {
  const end = isFinished(job) ? Date.parse(job.updated) : now;
  return duration((end - Date.parse(job.created)) / 1000);
}

/**
 * @param {string} name
 * @param {Stage["state"]} state
 * @param {string} detail
 * @param {Stage["count"]} bar
 * @returns {Stage}
 */
function stage(name, state, detail, bar = null) {
  return { name, state, detail, count: bar };
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
 * Tell whether it was the genome's preparation that failed.
 * @param {Job} job
 * @param {Genome | null} genome
 */
export function failedBeforeScan(job, genome) {
  return job.status === "failed" && job.progress.guides === null && genome?.state !== "ready";
}

/**
 * @param {Job} job
 * @param {Genome | null} genome
 */
function genomeDetail(job, genome) {
  if (job.status !== "preparing" || !genome) return job.genome;
  const where = genome.venue === "worker" ? " on a dedicated machine" : "";
  const told = current(job, genome);
  if (told?.phase || told?.total) {
    const step = `${PARTS[told.part] ?? told.part}${where}`;
    return `${job.genome}: ${[step, told.phase && PHASES[told.phase], amountOf(told)].filter(Boolean).join(", ")}`;
  }
  const left = genome.parts.filter((part) => !genome.done.includes(part)).map((part) => PARTS[part] ?? part);
  return left.length ? `${job.genome}: preparing ${left.join(" and ")}${where}` : job.genome;
}

/**
 * Return how much of a step is done. Only the bytes of a sequence are something that can be counted: an index goes through
 * several phases, whose share of the whole is an estimate.
 * @param {PartProgress} step
 */
function amountOf({ part, done, total }) {
  if (!total) return "";
  return part === "fasta" ? `${sized(done, "B")} of ${sized(total, "B")}` : `${Math.floor((100 * done) / total)}%`;
}

/**
 * Return the stage of the off-targets, which may wait for the genome's index.
 * @param {Job} job
 * @param {number} done
 * @returns {Stage}
 */
function searching(job, done) {
  if (job.indexDamaged && job.status === "scoring") return repairing(job.genomeProgress);
  return job.indexDownload ? fetching(job.indexDownload) : scoring("Search off-targets", job, done);
}

/**
 * @param {PartProgress | null} progress
 * @returns {Stage}
 */
function repairing(progress) {
  const amount = progress && amountOf(progress);
  const detail = ["the genome's index was damaged and is being built anew", amount].filter(Boolean).join(", ");
  return stage("Search off-targets", "current", detail, progress?.total ? progress : null);
}

/**
 * Return the stage of the off-targets while the first of them wait for the index.
 * @param {IndexDownload} download
 * @returns {Stage}
 */
function fetching({ done, total }) {
  const detail = `fetching the index, ${sized(done, "B")} of ${sized(total, "B")}`;
  return stage("Search off-targets", "current", detail, { done, total });
}

/**
 * @param {string} name
 * @param {Job} job
 * @param {number} done
 */
function scoring(name, job, done) {
  const total = job.progress.guides;
  if (total === null) return stage(name, "waiting", "");
  const detail = `${count(done)} of ${countOf(total, "guide")}`;
  const unfinished = job.status === "failed" ? "failed" : "current";
  return stage(name, done >= total ? "done" : unfinished, detail, { done, total });
}
