import assert from "node:assert/strict";
import { test } from "node:test";
import { Forecast } from "../../src/job/forecast.js";
import { choicesOf, expectedSeconds } from "../../src/submit/genome-choices.js";
import { forgetJob, noteJob, recentJobs } from "../../src/submit/recent-jobs.js";

/**
 * @import {Assembly, Genome} from "../../src/types.js"
 */

/** @param {string} genome @param {Partial<Genome>} [more] @returns {Genome} */
const genomeOf = (genome, more = {}) => ({ genome, name: null, state: "ready", reason: null, parts: [], done: [], bases: 1000, updated: "2026-11-20T10:00:00Z", ...more });
/** @type {Assembly} */
const YEAST = { accession: "GCF_000146045.2", organism: "Saccharomyces cerevisiae", commonName: "yeast", name: "R64", level: "Complete Genome", bases: 12_157_105, contigs: 17, reference: true };

test("genomes that are here come first, the ready and the latest before others", () => {
  const library = [
    genomeOf("old"),
    genomeOf("new", { updated: "2026-11-21T10:00:00Z" }),
    genomeOf("busy", { state: "preparing", updated: "2026-11-22T10:00:00Z" }),
    genomeOf("bad", { state: "failed" }),
  ];
  assert.deepEqual(choicesOf(library, [YEAST], "").map(({ id, cost }) => [id, cost.split(",")[0]]), [["new", "ready"], ["old", "ready"], ["busy", "being prepared"], [YEAST.accession, "prepared once"]]);
});

test("all words must match, and an assembly that is here is not listed twice", () => {
  const here = genomeOf(YEAST.accession, { organism: YEAST.organism });
  assert.deepEqual(choicesOf([here, genomeOf("lambda")], [YEAST], "cerevisiae sacch").map(({ id, cost }) => [id, cost]), [[YEAST.accession, "ready"]]);
  assert.match(choicesOf([here], [], "")[0]?.detail ?? "", /GCF_000146045\.2 · 1\.00 kb/);
});

test("a larger genome takes longer", () => {
  assert.ok(expectedSeconds(3e9) > 10 * expectedSeconds(1e7));
});

test("a forecast needs some seconds and some progress, and begins anew with another part", () => {
  const forecast = new Forecast();
  assert.equal(forecast.left("fasta", 100, 1000, 0), null);
  assert.equal(forecast.left("fasta", 100, 1000, 60_000), null, "no progress");
  assert.equal(forecast.left("fasta", 400, 1000, 10_000), 20);
  assert.equal(forecast.left("issl", 0, 500, 11_000), null);
});

test("recent jobs are kept, noted once and forgotten", () => {
  /** @type {Map<string, string>} */
  const kept = new Map();
  globalThis.localStorage = /** @type {any} */ ({ getItem: (/** @type {string} */ name) => kept.get(name) ?? null, setItem: (/** @type {string} */ name, /** @type {string} */ value) => kept.set(name, value) });
  noteJob({ id: "1", name: "gene", genome: "lambda" });
  noteJob({ id: "2" });
  noteJob({ id: "1", outcome: "45 guides" });
  assert.deepEqual(recentJobs().map(({ id, name, outcome }) => [id, name, outcome]), [["2", "", undefined], ["1", "gene", "45 guides"]]);
  forgetJob("2");
  assert.deepEqual(recentJobs().map(({ id }) => id), ["1"]);
  kept.set("crackling.jobs", "{not JSON");
  assert.deepEqual(recentJobs(), []);
});
