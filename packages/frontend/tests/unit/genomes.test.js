import assert from "node:assert/strict";
import { test } from "node:test";
import { Forecast } from "../../src/model/forecast.js";
import { choicesOf } from "../../src/model/genome-choices.js";
import { forgetJob, noteJob, recentJobs } from "../../src/model/recent-jobs.js";
import { assemblyOf, genomeOf, jobOf } from "../support/samples.js";

/**
 * @import {Assembly, Genome, Job} from "../../src/types.js"
 */

const YEAST = assemblyOf("GCF_000146045.2", {
  organism: "Saccharomyces cerevisiae",
  commonName: "yeast",
  name: "R64",
  bases: 12_157_105,
  contigs: 17,
});

/** @param {string} id @param {Partial<Genome>} [more] */
const genome = (id, more = {}) => genomeOf(id, { parts: [], bases: 1000, ...more });

/** @param {Genome[]} library @param {Assembly[]} found @param {string} text */
const offered = (library, found, text) => choicesOf(library, found, text, Date.now());

test("genomes of the deployment come first, ready and recent ones before others", () => {
  const library = [
    genome("old"),
    genome("new", { updated: "2026-11-21T10:00:00Z" }),
    genome("busy", { state: "preparing", updated: "2026-11-22T10:00:00Z" }),
    genome("bad", { state: "failed" }),
  ];
  assert.deepEqual(
    offered(library, [YEAST], "").map(({ id, cost }) => [id, cost.split(",")[0]]),
    [
      ["new", "ready"],
      ["old", "ready"],
      ["busy", "being prepared"],
      [YEAST.accession, "will be prepared once"],
    ],
  );
});

test("all words must match, and an assembly that the deployment has is not listed twice", () => {
  const here = genome(YEAST.accession, { organism: YEAST.organism });
  assert.deepEqual(
    offered([here, genome("lambda")], [YEAST], "cerevisiae sacch").map(({ id, cost }) => [id, cost]),
    [[YEAST.accession, "ready"]],
  );
  assert.deepEqual(
    offered([here], [YEAST], "yeast").map(({ id, cost }) => [id, cost]),
    [[YEAST.accession, "ready"]],
    "found by a name that only NCBI knows",
  );
  assert.match(offered([here], [], "")[0]?.detail ?? "", /GCF_000146045\.2 · 1\.00 kb/);
});

test("the expected time of a preparation is shown", () => {
  const now = Date.parse("2026-11-22T10:01:00Z");
  const busy = genome("busy", { state: "preparing", began: "2026-11-22T10:00:00Z", expectedSeconds: 240 });
  const costs = (/** @type {Genome[]} */ library, /** @type {Assembly[]} */ found) =>
    choicesOf(library, found, "", now).map(({ cost }) => cost);
  assert.deepEqual(costs([busy], [{ ...YEAST, expectedSeconds: 19 }]), [
    "being prepared, about 3 min left",
    "will be prepared once, about 20 s",
  ]);
  assert.deepEqual(costs([{ ...busy, expectedSeconds: 30 }], []), ["being prepared"], "it takes longer than expected");
});

test("a genome whose index is built anew says so", () => {
  const damaged = "2026-11-22T10:00:00Z";
  const [again] = offered([genome("hurt", { state: "preparing", damaged })], [], "");
  assert.equal(again?.cost, "its index was damaged and is being built anew");
  assert.equal(offered([genome("hurt", { state: "ready", damaged })], [], "")[0]?.cost, "ready");
  const failed = genome("hurt", { state: "failed", damaged, reason: "its sequence is lost" });
  assert.match(offered([failed], [], "hurt")[0]?.detail ?? "", /index damaged: its sequence is lost$/);
});

test("a failed genome is listed with its reason only if it is searched for", () => {
  const bad = genome("bad", { state: "failed", reason: "bad.fa: not FASTA" });
  assert.deepEqual(offered([bad], [], ""), []);
  const [choice] = offered([bad], [], "bad");
  assert.match(choice?.detail ?? "", /preparation failed: bad\.fa: not FASTA$/);
  assert.deepEqual([choice?.cost, choice?.here], ["a new job will try again", false]);
});

test("the assembly that has replaced another is offered too, once", () => {
  const older = { ...YEAST, accession: "GCF_000146045.1", replacedBy: YEAST.accession };
  const [asked, newer, ...more] = offered([], [older], "GCF_000146045.1");
  assert.match(asked?.detail ?? "", /replaced by GCF_000146045\.2/);
  assert.deepEqual(
    [newer?.id, newer?.detail],
    [YEAST.accession, "GCF_000146045.2 · the newer version of GCF_000146045.1"],
  );
  assert.deepEqual(more, []);
  assert.equal(offered([], [YEAST, older], "").length, 2);
});

/** @param {Partial<Job>} more */
const job = (more) => jobOf("j", { genome: "g", status: "preparing", created: "2026-11-22T10:00:00Z", ...more });
const START = Date.parse("2026-11-22T10:00:00Z");
const PREPARING = genome("g", {
  state: "preparing",
  parts: ["fasta", "issl"],
  began: "2026-11-22T10:00:00Z",
  expectedSeconds: 600,
});

test("a preparation shows the expected time from the start, and when it takes longer", () => {
  const forecast = new Forecast();
  assert.equal(forecast.ofJob(job({}), null, START), null, "not known yet");
  assert.equal(forecast.ofJob(job({}), PREPARING, START), "genome ready in about 10 min");
  assert.equal(forecast.ofJob(job({}), PREPARING, START + 420_000), "genome ready in about 3 min");
  assert.equal(forecast.ofJob(job({}), PREPARING, START + 660_000), "the genome takes longer than the expected 10 min");
});

test("a preparation that is slower than expected is estimated from its step", () => {
  const forecast = new Forecast();
  const at = (/** @type {number} */ done) => job({ genomeProgress: { part: "fasta", phase: null, done, total: 1000 } });
  forecast.ofJob(at(0), PREPARING, START - 60_000);
  forecast.ofJob(at(1), PREPARING, START);
  assert.equal(forecast.ofJob(at(11), PREPARING, START + 60_000), "genome ready in about 1.5 hours");
  assert.equal(
    forecast.ofJob(at(900), PREPARING, START + 60_000),
    "genome ready in about 9 min",
    "the index is still to come",
  );
});

test("the last step of a preparation alone decides the estimate", () => {
  const forecast = new Forecast();
  const preparing = { ...PREPARING, done: ["fasta"] };
  const at = (/** @type {number} */ done) => job({ genomeProgress: { part: "issl", phase: null, done, total: 1000 } });
  forecast.ofJob(at(100), preparing, START);
  assert.equal(forecast.ofJob(at(550), preparing, START + 30_000), "genome ready in about 30 s");
});

test("a last step that stands still says so, and goes on when it moves", () => {
  const forecast = new Forecast();
  const preparing = { ...PREPARING, done: ["fasta"], expectedSeconds: null };
  const at = (/** @type {number} */ done) => job({ genomeProgress: { part: "issl", phase: null, done, total: 1000 } });
  for (const [done, seconds, shown] of /** @type {[number, number, string | null][]} */ ([
    [100, 0, null],
    [900, 40, "genome ready in about 5 s"],
    [900, 49, "genome ready in about 5 s"],
    [900, 51, "the genome takes longer than expected"],
    [900, 580, "the genome takes longer than expected"],
    [950, 600, "genome ready in about 40 s"],
    [1000, 640, "genome ready in about 5 s"],
    [1000, 1180, "the genome takes longer than expected"],
  ]))
    assert.equal(forecast.ofJob(at(done), preparing, START + seconds * 1000), shown, `${done} after ${seconds} s`);
});

test("a last step that stands still is estimated from earlier preparations, until their time is over too", () => {
  const preparing = { ...PREPARING, done: ["fasta"] };
  const at = (/** @type {number} */ done) => job({ genomeProgress: { part: "issl", phase: null, done, total: 1000 } });
  const forecast = new Forecast();
  forecast.ofJob(at(100), preparing, START);
  forecast.ofJob(at(900), preparing, START + 40_000);
  assert.equal(forecast.ofJob(at(900), preparing, START + 240_000), "genome ready in about 6 min");
  assert.equal(forecast.ofJob(at(900), preparing, START + 606_000), "the genome takes longer than the expected 10 min");
});

/** @param {number} consensusDone @param {number} offTargetDone */
const scoring = (consensusDone, offTargetDone) =>
  job({ status: "scoring", progress: { guides: 1000, consensusDone, offTargetDone } });

test("the slower of the two scores decides when a job is complete", () => {
  const forecast = new Forecast();
  forecast.ofJob(scoring(0, 0), null, START - 9000);
  assert.equal(forecast.ofJob(scoring(100, 900), null, START), null, "no pace before the first progress");
  assert.equal(forecast.ofJob(scoring(200, 1000), null, START + 5000), "about 40 s left");
  assert.equal(forecast.ofJob(job({ status: "scanning" }), null, START), null);
});

test("a score that has not begun leaves a job without an estimate, however far the other is", () => {
  const forecast = new Forecast();
  forecast.ofJob(scoring(100, 0), null, START);
  assert.equal(forecast.ofJob(scoring(900, 0), null, START + 60_000), null);
  assert.equal(forecast.ofJob(scoring(1000, 0), null, START + 540_000), null);
});

test("a job whose scores stand still never shows a few seconds for minutes", () => {
  const forecast = new Forecast();
  forecast.ofJob(scoring(100, 100), null, START);
  const shown = new Map();
  for (let second = 60; second <= 600; second++) {
    const text = forecast.ofJob(scoring(1000, 950), null, START + second * 1000);
    shown.set(text, (shown.get(text) ?? 0) + 1);
  }
  assert.deepEqual([...shown.keys()], ["about 5 s left", "it takes longer than expected"]);
  assert.ok(shown.get("about 5 s left") <= 10, `promised for ${shown.get("about 5 s left")} s`);
});

test("an estimate needs some seconds and some progress of the same step", () => {
  const forecast = new Forecast();
  assert.equal(forecast.left("fasta", 100, 1000, 0), null);
  assert.equal(forecast.left("fasta", 100, 1000, 8_000), null, "no progress");
  assert.equal(forecast.left("fasta", 400, 1000, 10_000), 20);
  assert.equal(forecast.left("fasta", 400, 1000, 15_000), 15, "counted down");
  assert.equal(forecast.left("issl", 0, 500, 11_000), null);
});

test("a step that begins anew is estimated anew", () => {
  const forecast = new Forecast();
  forecast.left("issl", 100, 1000, 0);
  assert.equal(forecast.left("issl", 400, 1000, 10_000), 20);
  assert.equal(forecast.left("issl", 50, 1000, 60_000), null);
  assert.equal(forecast.left("issl", 100, 1000, 65_000), 90);
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
