import assert from "node:assert/strict";
import { test } from "node:test";
import { Forecast } from "../../src/model/forecast.js";
import { elapsed, stagesOf } from "../../src/model/progress.js";
import { genomeOf, jobOf } from "../support/samples.js";

/**
 * @import {Genome, Job} from "../../src/types.js"
 */

const GENOME = genomeOf("lambda", { state: "preparing", parts: ["fasta", "issl"], done: ["fasta"] });

/** @param {Partial<Job>} job @param {Genome | null} [genome] */
const states = (job, genome = null) => stagesOf(jobOf("x", job), genome).map(({ state }) => state);

test("each status has its stages", () => {
  const scored = { guides: 10, consensusDone: 10, offTargetDone: 4 };
  assert.deepEqual(states({ status: "queued" }), ["waiting", "waiting", "waiting", "waiting"]);
  assert.deepEqual(states({ status: "preparing" }), ["current", "waiting", "waiting", "waiting"]);
  assert.deepEqual(states({ status: "scanning" }), ["done", "current", "waiting", "waiting"]);
  assert.deepEqual(states({ status: "scoring", progress: scored }), ["done", "done", "done", "current"]);
  assert.deepEqual(states({ status: "complete", progress: { guides: 0, consensusDone: 0, offTargetDone: 0 } }), [
    "done",
    "done",
    "done",
    "done",
  ]);
});

test("a failure is shown at the stage where it happened", () => {
  assert.deepEqual(states({ status: "failed" }, { ...GENOME, state: "failed" }), [
    "failed",
    "waiting",
    "waiting",
    "waiting",
  ]);
  assert.deepEqual(states({ status: "failed" }, { ...GENOME, state: "ready" }), [
    "done",
    "failed",
    "waiting",
    "waiting",
  ]);
  assert.deepEqual(states({ status: "failed", progress: { guides: 9, consensusDone: 9, offTargetDone: 3 } }), [
    "done",
    "done",
    "done",
    "failed",
  ]);
});

test("the remaining steps of a genome's preparation are named", () => {
  const [genome] = stagesOf(jobOf("x", { status: "preparing" }), { ...GENOME, done: [] });
  assert.equal(genome?.detail, "lambda: preparing sequence and off-target index");
});

test("the step of a preparation that runs is named, with what it does", () => {
  /** @param {Genome["progress"]} progress @param {Partial<Genome>} [more] */
  const detail = (progress, more) =>
    stagesOf(jobOf("x", { status: "preparing" }), { ...GENOME, ...more, progress })[0]?.detail;
  assert.equal(
    detail({ part: "fasta", phase: "downloading", done: 12e6, total: 40e6 }),
    "lambda: sequence, downloading, 12.0 MB of 40.0 MB",
  );
  assert.equal(
    detail({ part: "fasta", phase: "annotating", done: 0, total: 0 }),
    "lambda: sequence, looking for genes",
  );
  assert.equal(
    detail({ part: "issl", phase: "sorting", done: 60e6, total: 133e6 }, { venue: "worker" }),
    "lambda: off-target index on a dedicated machine, sorting, 45%",
  );
  assert.equal(
    detail({ part: "issl", phase: "uploading", done: 132.9e6, total: 133e6 }),
    "lambda: off-target index, storing, 99%",
  );
  assert.equal(detail({ part: "issl", phase: null, done: 0, total: 0 }), detail(null), "only the step is known");
});

test("counts are shown with the number of guides", () => {
  const stages = stagesOf(
    jobOf("x", { status: "scoring", progress: { guides: 12_000, consensusDone: 4000, offTargetDone: 0 } }),
    null,
  );
  assert.equal(stages[1]?.detail, "12,000 found");
  assert.deepEqual(stages[2], {
    name: "Score efficiency",
    state: "current",
    detail: "4,000 of 12,000 guides",
    count: { done: 4000, total: 12_000 },
  });
});

test("a search for off-targets that waits for the index says so", () => {
  const progress = { guides: 1700, consensusDone: 200, offTargetDone: 0 };
  const indexDownload = { done: 120e6, total: 406e6 };
  const stages = stagesOf(jobOf("x", { status: "scoring", progress, indexDownload }), null);
  assert.deepEqual(stages[3], {
    name: "Search off-targets",
    state: "current",
    detail: "fetching the index, 120 MB of 406 MB",
    count: indexDownload,
  });
});

test("a search for off-targets that waits for an index that is built anew says so", () => {
  const progress = { guides: 1700, consensusDone: 1700, offTargetDone: 200 };
  /** @type {Job["genomeProgress"]} */
  const genomeProgress = { part: "issl", phase: "sorting", done: 25, total: 100 };
  const damaged = jobOf("x", { status: "scoring", progress, indexDamaged: true, genomeProgress });
  assert.deepEqual(stagesOf(damaged, null)[3], {
    name: "Search off-targets",
    state: "current",
    detail: "the genome's index was damaged and is being built anew, 25%",
    count: genomeProgress,
  });
  const begun = stagesOf({ ...damaged, genomeProgress: null }, null)[3];
  assert.equal(begun?.detail, "the genome's index was damaged and is being built anew");
  assert.equal(begun?.count, null);
  assert.equal(new Forecast().ofJob(damaged, null, 0), null);
});

test("the clock stops with the job", () => {
  const started = { created: "2026-11-20T10:00:00Z", updated: "2026-11-20T10:01:05Z" };
  const later = Date.parse("2026-11-20T11:10:00Z");
  assert.equal(elapsed(jobOf("x", { ...started, status: "complete" }), later), "1 min 5 s");
  assert.equal(elapsed(jobOf("x", { ...started, status: "scoring" }), later), "1 h 10 min");
  assert.equal(elapsed(jobOf("x", { ...started, status: "scoring" }), Date.parse(started.created) - 900), "0 s");
});
