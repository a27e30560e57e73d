/** Estimates of the remaining time, from what was expected and from the progress since it was first seen. */

import { roughly } from "./format.js";
import { preparation } from "./progress.js";

/**
 * @import {Genome, Job} from "../types.js"
 */

// Estimates from a shorter time would jump.
const SHORTEST_SECONDS = 2;
// How long after its end an estimate may still be true, since no estimate is shown to fewer seconds.
const GRACE_SECONDS = 5;

/**
 * @typedef {object} Moment
 * @property {number} done
 * @property {number} now in milliseconds
 */

export class Forecast {
  /** @type {Map<string, {first: Moment, latest: Moment}>} */
  #seen = new Map();

  /**
   * Return the remaining time at the pace between the first and the latest progress. The time before that is start-up and
   * would distort it. The estimate is made when progress is seen and then counted down: a step that stands still runs out
   * of it, and its time left becomes negative.
   * @param {string} what
   * @param {number} done
   * @param {number} total
   * @param {number} now in milliseconds
   * @returns {number | null} seconds; null while there is no estimate
   */
  left(what, done, total, now) {
    const moment = { done, now };
    let seen = this.#seen.get(what);
    if (!seen || seen.first.done === 0 || done < seen.latest.done) seen = { first: moment, latest: moment };
    else if (done > seen.latest.done) seen = { first: seen.first, latest: moment };
    this.#seen.set(what, seen);
    const { first, latest } = seen;
    const since = (now - latest.now) / 1000;
    if (done >= total) return -since;
    const seconds = (latest.now - first.now) / 1000;
    if (seconds < SHORTEST_SECONDS) return null;
    return ((total - done) * seconds) / (done - first.done) - since;
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
    if (job.status !== "scoring" || guides === null || job.indexDamaged) return null;
    const ofEfficiency = this.left("consensusDone", consensusDone, guides, now);
    const ofOffTargets = this.left("offTargetDone", offTargetDone, guides, now);
    // Both scores are computed at the same time. Either may be the slower one, so there is no estimate without both.
    if (ofEfficiency === null || ofOffTargets === null) return null;
    const left = Math.max(ofEfficiency, ofOffTargets);
    return isOver(left) ? "it takes longer than expected" : `about ${roughly(left)} left`;
  }

  /**
   * @param {Job} job
   * @param {Genome | null} genome
   * @param {number} now in milliseconds
   */
  #ofPreparation(job, genome, now) {
    const step = preparation(job, genome);
    const ofStep = step && this.left(step.part, step.done, step.total, now);
    const expected = genome?.began ? genome.expectedSeconds : null;
    const ofAll = genome?.began && expected ? expected - (now - Date.parse(genome.began)) / 1000 : null;
    const isLast = genome?.parts.every((part) => part === step?.part || genome.done.includes(part));
    const left = isLast && ofStep !== null && !isOver(ofStep) ? ofStep : longest(ofStep, ofAll);
    if (left === null) return null;
    if (!isOver(left)) return `genome ready in about ${roughly(left)}`;
    return `the genome takes longer than ${expected ? `the expected ${roughly(expected)}` : "expected"}`;
  }
}

/**
 * Tell whether an estimate has proved wrong.
 * @param {number} left in seconds
 */
function isOver(left) {
  return left < -GRACE_SECONDS;
}

/** @param {(number | null)[]} times */
function longest(...times) {
  const known = times.filter((time) => time !== null);
  return known.length ? Math.max(...known) : null;
}
