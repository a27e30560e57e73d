import assert from "node:assert/strict";
import { test } from "node:test";
import { countByMismatches, runsOf } from "../../src/alignment.js";
import { MEANINGS } from "../../src/columns.js";
import { jobFragment, readRoute } from "../../src/route.js";
import { genomeIdOf, isAccession, isGenomeId } from "../../src/upload.js";
import { manyTargets } from "../browser/targets.js";

test("addresses", () => {
  assert.deepEqual(readRoute(""), { view: "submit" });
  assert.deepEqual(readRoute("#/"), { view: "submit" });
  assert.deepEqual(readRoute(jobFragment("0af3-x_1")), { view: "job", id: "0af3-x_1" });
  for (const fragment of ["#/jobs/", "#/jobs/a/b", "#/jobs/a%20b", "#/else"]) assert.deepEqual(readRoute(fragment), { view: "unknown" });
});

test("an alignment is runs of matches and mismatches", () => {
  assert.deepEqual(runsOf("ACGTA", "..GT."), [
    { text: "AC", mismatch: false },
    { text: "GT", mismatch: true },
    { text: "A", mismatch: false },
  ]);
  assert.deepEqual(countByMismatches([{ mismatches: 0 }, { mismatches: 4 }, { mismatches: 4 }]), [1, 0, 0, 0, 2]);
});

test("a file's name makes a genome's id that the API takes", () => {
  assert.equal(genomeIdOf("My strain (v2).fasta.gz"), "My-strain-v2");
  assert.equal(genomeIdOf("_GCA.fna"), "GCA");
  for (const name of ["My strain (v2).fasta.gz", `${"long".repeat(40)}.fa`, "--a.b.fa"]) assert.ok(isGenomeId(genomeIdOf(name)), name);
  assert.ok(!isGenomeId("GCF_000840245.1") && isAccession("GCF_000840245.1"));
  assert.ok(!isGenomeId("") && !isGenomeId("a b") && !isAccession("GCF_000840245"));
});

test("every column is explained", () => {
  assert.deepEqual(Object.keys(MEANINGS).sort(), Object.keys(manyTargets(1)[0] ?? {}).sort());
});
