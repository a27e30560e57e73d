import assert from "node:assert/strict";
import { test } from "node:test";
import { EXAMPLE } from "../../src/example.js";
import { examineQuery } from "../../src/query.js";

const LONG = "ACGTTGCATTAGCAATCGTACGTGG";

test("the example is one gene of 714 bases", () => {
  assert.deepEqual(examineQuery(EXAMPLE), { contigs: 1, bases: 714, problem: null });
});

test("white space, lower case, U and IUPAC letters are taken, as by the API", () => {
  assert.deepEqual(examineQuery(` ${LONG.toLowerCase()}\r\n\tUNRYswkmbdhv- `), { contigs: 1, bases: 38, problem: null });
});

test("several sequences of FASTA are counted", () => {
  assert.deepEqual(examineQuery(`\n>a first\n${LONG}\n>b\n${LONG}\n${LONG}\n`), { contigs: 2, bases: 75, problem: null });
});

test("a wrong letter is named with its place, counted without white space", () => {
  assert.match(examineQuery(`>a\n${LONG}\n>b note\nAC GT\nA*`).problem ?? "", /^Sequence b, letter 6: “\*” is no nucleotide/);
  assert.match(examineQuery("ACGTX").problem ?? "", /^Letter 5: “X”/);
  assert.match(examineQuery(">\nQ").problem ?? "", /^Sequence without a name, letter 1/);
});

test("nothing, too much and too short are told apart", () => {
  assert.match(examineQuery(" \n").problem ?? "", /Paste a DNA sequence/);
  assert.match(examineQuery("A".repeat(1_000_001)).problem ?? "", /1,000,001 bases are more than a job takes/);
  assert.equal(examineQuery("A".repeat(1_000_000)).problem, null);
  assert.match(examineQuery("A".repeat(22)).problem ?? "", /takes 23 bases/);
});
