/** Estimates of the remaining time, from what was expected and from the progress since it was first seen. */

import { roughly } from "./format.js";
import { preparation } from "./progress.js";

/**
 * @import {Genome, Job} from "../types.js"
 */

// Estimates from a shorter time would jump.
const SHORTEST_SECONDS = 2;

export class Forecast {
  /** @type {Map<string, {done: number, now: number}>} */
  #firsts = new Map();

  /**
   * Return the remaining time at the pace since the first progress. The time before that is start-up and would distort it.
   * @param {string} what
   * @param {number} done
   * @param {number} total
   * @param {number} now in milliseconds
   * @returns {number | null} seconds; null while there is no estimate
   */
  left(what, done, total, now) {
    const first = this.#firsts.get(what);
    if (!first || first.done === 0) {
      this.#firsts.set(what, { done, now });
      return null;
    }
    const seconds = (now - first.now) / 1000;
    const gained = done - first.done;
    if (seconds < SHORTEST_SECONDS || gained <= 0) return null;
    return ((total - done) * seconds) / gained;
  }

  /**
   * Return what the user can expect of the stage that a job is in.
   * @param {Job} job
   * @param {Genome | null} genome
   * @param {number} now in milliseconds
   * @returns {string | null} null while there is no estimate
   */
  ofJob(job, genome, now) {
    if (job.status === "preparing") return this.#ofPreparation(job, genome, now);
    const { guides, consensusDone, offTargetDone } = job.progress;
    if (job.status !== "scoring" || guides === null) return null;
    // Both scores are computed at the same time, and folding takes far longer: the slower one decides.
    const left = longest(
      this.left("consensusDone", consensusDone, guides, now),
      this.left("offTargetDone", offTargetDone, guides, now),
    );
    return left === null ? null : `about ${roughly(left)} left`;
  }

  /**
   * @param {Job} job
   * @param {Genome | null} genome
   * @param {number} now in milliseconds
   */
  #ofPreparation(job, genome, now) {
    const step = preparation(job, genome);
    const ofStep = step && this.left(step.part, step.done, step.total, now);
    const expected =
      genome?.expectedSeconds && genome.began
        ? { seconds: genome.expectedSeconds, spent: (now - Date.parse(genome.began)) / 1000 }
        : null;
    const ofAll = expected && expected.seconds > expected.spent ? expected.seconds - expected.spent : null;
    const isLast = genome?.parts.every((part) => part === step?.part || genome.done.includes(part));
    const left = isLast && ofStep !== null ? ofStep : longest(ofStep, ofAll);
    if (left !== null) return `genome ready in about ${roughly(left)}`;
    return expected && `the genome takes longer than the expected ${roughly(expected.seconds)}`;
  }
}

/** @param {(number | null)[]} times */
function longest(...times) {
  const known = times.filter((time) => time !== null);
  return known.length ? Math.max(...known) : null;
}
