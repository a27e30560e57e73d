import assert from "node:assert/strict";
import { test } from "node:test";
import { Forecast } from "../../src/model/forecast.js";
import { choicesOf } from "../../src/model/genome-choices.js";
import { forgetJob, noteJob, recentJobs } from "../../src/model/recent-jobs.js";

/**
 * @import {Assembly, Genome, Job} from "../../src/types.js"
 */

/** @param {string} genome @param {Partial<Genome>} [more] @returns {Genome} */
const genomeOf = (genome, more = {}) => ({
  genome,
  name: null,
  state: "ready",
  reason: null,
  parts: [],
  done: [],
  bases: 1000,
  updated: "2026-11-20T10:00:00Z",
  ...more,
});
/** @type {Assembly} */
const YEAST = {
  accession: "GCF_000146045.2",
  organism: "Saccharomyces cerevisiae",
  commonName: "yeast",
  name: "R64",
  level: "Complete Genome",
  bases: 12_157_105,
  contigs: 17,
  reference: true,
};

test("genomes that are here come first, the ready and the latest before others", () => {
  const library = [
    genomeOf("old"),
    genomeOf("new", { updated: "2026-11-21T10:00:00Z" }),
    genomeOf("busy", { state: "preparing", updated: "2026-11-22T10:00:00Z" }),
    genomeOf("bad", { state: "failed" }),
  ];
  assert.deepEqual(
    choicesOf(library, [YEAST], "").map(({ id, cost }) => [id, cost.split(",")[0]]),
    [
      ["new", "ready"],
      ["old", "ready"],
      ["busy", "being prepared"],
      [YEAST.accession, "prepared once"],
    ],
  );
});

test("all words must match, and an assembly that is here is not listed twice", () => {
  const here = genomeOf(YEAST.accession, { organism: YEAST.organism });
  assert.deepEqual(
    choicesOf([here, genomeOf("lambda")], [YEAST], "cerevisiae sacch").map(({ id, cost }) => [id, cost]),
    [[YEAST.accession, "ready"]],
  );
  assert.deepEqual(
    choicesOf([here], [YEAST], "yeast").map(({ id, cost }) => [id, cost]),
    [[YEAST.accession, "ready"]],
    "found by a name that only NCBI knows",
  );
  assert.match(choicesOf([here], [], "")[0]?.detail ?? "", /GCF_000146045\.2 · 1\.00 kb/);
});

test("what a preparation takes is told as the service expects it", () => {
  const now = Date.parse("2026-11-22T10:01:00Z");
  const busy = genomeOf("busy", { state: "preparing", began: "2026-11-22T10:00:00Z", expectedSeconds: 240 });
  const costs = (/** @type {Genome[]} */ library, /** @type {Assembly[]} */ found) =>
    choicesOf(library, found, "", now).map(({ cost }) => cost);
  assert.deepEqual(costs([busy], [{ ...YEAST, expectedSeconds: 19 }]), [
    "being prepared, about 3 min more",
    "prepared once, about 20 s",
  ]);
  assert.deepEqual(costs([{ ...busy, expectedSeconds: 30 }], []), ["being prepared"], "it takes longer than expected");
});

test("a genome that failed tells why where it is asked for, and is never chosen by itself", () => {
  const bad = genomeOf("bad", { state: "failed", reason: "bad.fa: not FASTA" });
  assert.deepEqual(choicesOf([bad], [], ""), []);
  const [choice] = choicesOf([bad], [], "bad");
  assert.match(choice?.detail ?? "", /Its preparation failed: bad\.fa: not FASTA$/);
  assert.deepEqual([choice?.cost, choice?.here], ["a new job tries it again", false]);
});

test("what has replaced an assembly is offered beside it, once", () => {
  const older = { ...YEAST, accession: "GCF_000146045.1", replacedBy: YEAST.accession };
  const [asked, newer, ...more] = choicesOf([], [older], "GCF_000146045.1");
  assert.match(asked?.detail ?? "", /replaced by GCF_000146045\.2/);
  assert.deepEqual(
    [newer?.id, newer?.detail],
    [YEAST.accession, "GCF_000146045.2 · the newer version of GCF_000146045.1"],
  );
  assert.deepEqual(more, []);
  assert.equal(choicesOf([], [YEAST, older], "").length, 2);
});

/** @param {Partial<Job>} more @returns {Job} */
const jobOf = (more) => ({
  jobId: "j",
  genome: "g",
  kind: "sequence",
  status: "preparing",
  progress: { guides: null, onTarget: 0, offTarget: 0 },
  reason: null,
  options: { consensus: 2 },
  created: "2026-11-22T10:00:00Z",
  updated: "",
  expires: "",
  ...more,
});
const START = Date.parse("2026-11-22T10:00:00Z");
const PREPARING = genomeOf("g", {
  state: "preparing",
  parts: ["fasta", "issl"],
  began: "2026-11-22T10:00:00Z",
  expectedSeconds: 600,
});

test("a preparation tells what is expected from its first moment on, and when that is over", () => {
  const forecast = new Forecast();
  assert.equal(forecast.ofJob(jobOf({}), null, START), null, "nobody knows yet");
  assert.equal(forecast.ofJob(jobOf({}), PREPARING, START), "the genome is ready in about 10 min");
  assert.equal(forecast.ofJob(jobOf({}), PREPARING, START + 420_000), "the genome is ready in about 3 min");
  assert.equal(
    forecast.ofJob(jobOf({}), PREPARING, START + 660_000),
    "longer than the 10 min that were expected for the genome",
  );
});

test("a preparation that is slower than expected takes as long as its step", () => {
  const forecast = new Forecast();
  const at = (/** @type {number} */ done) => jobOf({ genomeProgress: { part: "fasta", done, total: 1000 } });
  forecast.ofJob(at(0), PREPARING, START - 60_000);
  forecast.ofJob(at(1), PREPARING, START);
  assert.equal(forecast.ofJob(at(11), PREPARING, START + 60_000), "the genome is ready in about 1.5 hours");
  assert.equal(
    forecast.ofJob(at(900), PREPARING, START + 60_000),
    "the genome is ready in about 9 min",
    "the index is still to come",
  );
});

test("the last step of a preparation is believed", () => {
  const forecast = new Forecast();
  const genome = { ...PREPARING, done: ["fasta"] };
  const at = (/** @type {number} */ done) => jobOf({ genomeProgress: { part: "issl", done, total: 1000 } });
  forecast.ofJob(at(100), genome, START);
  assert.equal(forecast.ofJob(at(550), genome, START + 30_000), "the genome is ready in about 30 s");
});

test("the slower of two scores says when a job is complete", () => {
  const forecast = new Forecast();
  const at = (/** @type {number} */ onTarget, /** @type {number} */ offTarget) =>
    jobOf({ status: "scoring", progress: { guides: 1000, onTarget, offTarget } });
  forecast.ofJob(at(0, 0), null, START - 9000);
  assert.equal(forecast.ofJob(at(100, 900), null, START), null, "a start is no pace");
  assert.equal(forecast.ofJob(at(200, 1000), null, START + 5000), "about 40 s left");
  assert.equal(forecast.ofJob(jobOf({ status: "scanning" }), null, START), null);
});

test("a forecast needs some seconds and some progress, and is of one thing", () => {
  const forecast = new Forecast();
  assert.equal(forecast.left("fasta", 100, 1000, 0), null);
  assert.equal(forecast.left("fasta", 100, 1000, 60_000), null, "no progress");
  assert.equal(forecast.left("fasta", 400, 1000, 10_000), 20);
  assert.equal(forecast.left("issl", 0, 500, 11_000), null);
});

test("recent jobs are kept, noted once and forgotten", () => {
  /** @type {Map<string, string>} */
  const kept = new Map();
  globalThis.localStorage = /** @type {any} */ ({
    getItem: (/** @type {string} */ name) => kept.get(name) ?? null,
    setItem: (/** @type {string} */ name, /** @type {string} */ value) => kept.set(name, value),
  });
  noteJob({ id: "1", name: "gene", genome: "lambda" });
  noteJob({ id: "2" });
  noteJob({ id: "1", outcome: "45 guides" });
  assert.deepEqual(
    recentJobs().map(({ id, name, outcome }) => [id, name, outcome]),
    [
      ["2", "", undefined],
      ["1", "gene", "45 guides"],
    ],
  );
  forgetJob("2");
  assert.deepEqual(
    recentJobs().map(({ id }) => id),
    ["1"],
  );
  kept.set("crackling.jobs", "{not JSON");
  assert.deepEqual(recentJobs(), []);
});
