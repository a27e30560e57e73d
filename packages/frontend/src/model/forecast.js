/** How long something will still take: by what was expected of it, and by how far it has come since it was first seen. */

import { roughly } from "./format.js";
import { preparation } from "./progress.js";

/**
 * @import {Genome, Job} from "../types.js"
 */

// Less than that and the first figures would jump about.
const SHORTEST_SECONDS = 2;

export class Forecast {
  /** @type {Map<string, {done: number, now: number}>} */
  #firsts = new Map();

  /**
   * By its own pace, from the first progress on: what comes before that is a start, and no pace.
   * @param {string} what
   * @param {number} done
   * @param {number} total
   * @param {number} now milliseconds
   * @returns {number | null} seconds that are left; null while that cannot be told
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
   * What a user can expect of the stage that a job is in.
   * @param {Job} job
   * @param {Genome | null} genome
   * @param {number} now milliseconds
   * @returns {string | null} null while nothing can be told
   */
  ofJob(job, genome, now) {
    if (job.status === "preparing") return this.#ofPreparation(job, genome, now);
    const { guides, onTarget, offTarget } = job.progress;
    if (job.status !== "scoring" || guides === null) return null;
    // They run side by side, and folding takes far longer: the two together would tell too little.
    const left = longest(this.left("onTarget", onTarget, guides, now), this.left("offTarget", offTarget, guides, now));
    return left === null ? null : `about ${roughly(left)} left`;
  }

  /**
   * @param {Job} job
   * @param {Genome | null} genome
   * @param {number} now milliseconds
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
    if (left !== null) return `the genome is ready in about ${roughly(left)}`;
    return expected && `longer than the ${roughly(expected.seconds)} that were expected for the genome`;
  }
}

/** @param {(number | null)[]} times */
function longest(...times) {
  const known = times.filter((time) => time !== null);
  return known.length ? Math.max(...known) : null;
}
