/** How long something will take, from how far it has come since it was first seen. */

import { preparation } from "./progress.js";

/**
 * @import {Genome, Job} from "../types.js"
 */

// Less than that and the first figures would jump about.
const SHORTEST_SECONDS = 3;

export class Forecast {
  #what = "";
  #first = { done: 0, now: 0 };

  /**
   * @param {string} what a forecast is of one thing; another begins anew
   * @param {number} done
   * @param {number} total
   * @param {number} now milliseconds
   * @returns {number | null} seconds that are left; null while that cannot be told
   */
  left(what, done, total, now) {
    if (what !== this.#what) {
      this.#what = what;
      this.#first = { done, now };
    }
    const seconds = (now - this.#first.now) / 1000;
    const gained = done - this.#first.done;
    if (seconds < SHORTEST_SECONDS || gained <= 0) return null;
    return ((total - done) * seconds) / gained;
  }

  /**
   * Of the stage that a job is in.
   * @param {Job} job
   * @param {Genome | null} genome
   * @param {number} now milliseconds
   */
  ofJob(job, genome, now) {
    const under = job.status === "preparing" ? preparation(job, genome) : null;
    if (under) return this.left(under.part, under.done, under.total, now);
    const { guides, onTarget, offTarget } = job.progress;
    return job.status === "scoring" && guides !== null ? this.left("scoring", onTarget + offTarget, 2 * guides, now) : null;
  }
}
