import assert from "node:assert/strict";
import { test } from "node:test";
import { genomeIdOf, isAccession, isGenomeId } from "../../src/model/accessions.js";
import { Columns } from "../../src/model/columns.js";
import { emailProblem } from "../../src/model/email.js";
import { countOf, roughly, sized } from "../../src/model/format.js";
import { Observable } from "../../src/model/observable.js";
import { countByMismatches, runsOf } from "../../src/model/off-targets.js";
import { jobFragment, readRoute } from "../../src/model/route.js";
import { ABOUT } from "../support/contract.js";
import { manyTargets } from "../support/targets.js";

test("addresses", () => {
  assert.deepEqual(readRoute("#/about"), { view: "about" });
  assert.deepEqual(readRoute(""), { view: "submit" });
  assert.deepEqual(readRoute("#/"), { view: "submit" });
  assert.deepEqual(readRoute(jobFragment("0af3-x_1")), { view: "job", id: "0af3-x_1" });
  for (const fragment of ["#/jobs/", "#/jobs/a/b", "#/jobs/a%20b", "#/else"])
    assert.deepEqual(readRoute(fragment), { view: "unknown" });
});

test("an alignment is runs of matches and mismatches", () => {
  assert.deepEqual(runsOf("ACGTA", "..GT."), [
    { text: "AC", mismatch: false },
    { text: "GT", mismatch: true },
    { text: "A", mismatch: false },
  ]);
  assert.deepEqual(countByMismatches([{ mismatches: 0 }, { mismatches: 4 }, { mismatches: 4 }]), [1, 0, 0, 0, 2]);
});

test("the name of a file becomes an id of a genome that the API accepts", () => {
  assert.equal(genomeIdOf("My strain (v2).fasta.gz"), "My-strain-v2");
  assert.equal(genomeIdOf("_GCA.fna"), "GCA");
  for (const name of ["My strain (v2).fasta.gz", `${"long".repeat(40)}.fa`, "--a.b.fa"])
    assert.ok(isGenomeId(genomeIdOf(name)), name);
  assert.ok(!isGenomeId("GCF_000840245.1") && isAccession("GCF_000840245.1"));
  assert.ok(!isGenomeId("") && !isGenomeId("a b") && !isAccession("GCF_000840245"));
});

test("an email address has one of the domains, or is empty", () => {
  const domains = ["example.org", "lab.example.org"];
  for (const fine of ["", "  ", "some.one+x@example.org", " Someone@Lab.Example.org "])
    assert.equal(emailProblem(fine, domains), null);
  for (const wrong of [
    "someone",
    "@example.org",
    "a b@example.org",
    "a@example.com",
    "a@sub.example.org",
    "a@example.org.com",
  ])
    assert.match(emailProblem(wrong, domains) ?? "", /^Enter an address at example\.org or lab\.example\.org/);
});

test("every column and every warning is explained", () => {
  const columns = new Columns(ABOUT);
  for (const name of [...Object.keys({ ...manyTargets(1)[0] }), "location", "cut", "sites", "common_cfd"])
    assert.ok(columns.get(name).text, name);
  assert.throws(() => columns.get("unknown"), /does not describe the column unknown/);
  assert.match(columns.meaningOf("3 perfect matches"), /cuts at each/);
  assert.match(columns.meaningOf("low GC"), /weakly/);
  assert.equal(columns.meaningOf("a new warning"), "");
});

test("numbers are written with few digits", () => {
  assert.deepEqual(
    [0, 999, 1000, 48_502, 4_641_652, 3_298_430_636].map((bases) => sized(bases, "b")),
    ["0 b", "999 b", "1.00 kb", "48.5 kb", "4.64 Mb", "3.30 Gb"],
  );
  assert.deepEqual([1, 32, 90, 3400, 7300].map(roughly), ["5 s", "35 s", "2 min", "1 hour", "2 hours"]);
  assert.equal(countOf(1, "guide"), "1 guide");
  assert.equal(countOf(1200, "guide"), "1,200 guides");
});

test("an observable calls its listeners on changes only", () => {
  const value = new Observable(1);
  /** @type {number[]} */
  const seen = [];
  value.watch((now) => seen.push(now));
  value.value = 1;
  value.value = 2;
  assert.deepEqual(seen, [1, 2]);
});
