import assert from "node:assert/strict";
import { test } from "node:test";
import { EXAMPLE, GUIDES_EXAMPLE } from "../../src/model/examples.js";
import { examineGuides } from "../../src/model/guide-list.js";
import { examineQuery, nameOf } from "../../src/model/query.js";

const LONG = "ACGTTGCATTAGCAATCGTACGTGG";

test("the example is one gene of 714 bases", () => {
  assert.deepEqual(examineQuery(EXAMPLE), { text: EXAMPLE, contigs: 1, bases: 714, removed: null, problem: null });
  assert.equal(nameOf(EXAMPLE), "lambda_cI");
});

test("white space, lower case, U and IUPAC letters are accepted, as by the API", () => {
  const { bases, removed, problem } = examineQuery(` ${LONG.toLowerCase()}\r\n\tUNRYswkmbdhv- `);
  assert.deepEqual({ bases, removed, problem }, { bases: 38, removed: null, problem: null });
});

test("several sequences of FASTA are counted", () => {
  const { contigs, bases, problem } = examineQuery(`\n>a first\n${LONG}\n>b\n${LONG}\n${LONG}\n`);
  assert.deepEqual({ contigs, bases, problem }, { contigs: 2, bases: 75, problem: null });
});

test("lines may end as on any operating system", () => {
  for (const end of ["\n", "\r\n", "\r"]) {
    const { contigs, bases, problem } = examineQuery([">a", LONG, ">b", LONG, ""].join(end));
    assert.deepEqual({ contigs, bases, problem }, { contigs: 2, bases: 50, problem: null });
  }
});

test("a wrong letter is named with its position, counted without white space", () => {
  assert.match(
    examineQuery(`>a\n${LONG}\n>b note\nAC GT\nAJ`).problem ?? "",
    /^Sequence b, letter 6: “J” is not a nucleotide/,
  );
  assert.match(examineQuery("ACGTX").problem ?? "", /^Letter 5: “X”/);
  assert.match(examineQuery(">\nQ").problem ?? "", /^Sequence contig_1, letter 1/);
});

test("names must be unique, so that the map can show the guides of each sequence", () => {
  const named = (/** @type {string[]} */ ...headers) =>
    examineQuery(headers.map((header) => `>${header}\n${LONG}\n`).join("")).problem;
  assert.equal(
    named("a one", "b", "a two"),
    "Sequences 1 and 3 are both named “a”. The first word after each > must be unique.",
  );
  assert.match(
    named("contig_2", "") ?? "",
    /^Sequences 1 and 2 are both named “contig_2”/,
    "as the API calls one without a name",
  );
  assert.equal(named("a", "A", "b a", "", ""), null);
});

test("an empty, a too large and a too short query are distinguished", () => {
  assert.match(examineQuery(" \n").problem ?? "", /Paste a DNA sequence/);
  assert.match(examineQuery("A".repeat(1_001), 1_000).problem ?? "", /1,001 bases exceed the limit of a job \(1,000\)/);
  assert.equal(examineQuery("A".repeat(1_000), 1_000).problem, null);
  assert.equal(examineQuery("A".repeat(2_000_000)).problem, null, "while the limit is not known, only the API refuses");
  assert.match(examineQuery("A".repeat(22)).problem ?? "", /has 23 bases/);
});

test("variants in brackets are refused, and never become two bases", () => {
  const sequence = `${LONG}[A/G]${LONG}`;
  assert.match(examineQuery(sequence).problem ?? "", /^“\[A\/G\]” is no base\. Write one of the variants/);
  assert.match(examineQuery(`>a\n${sequence}`).problem ?? "", /^“\[A\/G\]” is no base/);
  assert.equal(examineQuery(`>a [A/G]\n${LONG}`).problem, null);
});

test("characters between bases in files are removed and reported", () => {
  const { text, bases, removed, problem } = examineQuery(
    `>gene 1*\n  1 ${LONG.slice(0, 10)} ${LONG.slice(10)}\n 61 ${LONG}*\n`,
  );
  assert.equal(text.replaceAll(" ", ""), `>gene1*\n${LONG}\n${LONG}\n`);
  assert.deepEqual({ bases, problem }, { bases: 50, problem: null });
  assert.equal(removed, "4 characters that are not bases were removed: digits, “*”");
});

test("a list of guides is accepted with and without PAMs", () => {
  const { guides, problem } = examineGuides(`# mine\nACGTACGTACGTACGTACGT\n\nacguacguacguacguacgu tgg\r\n`);
  assert.deepEqual({ guides, problem }, { guides: ["ACGTACGTACGTACGTACGT", "ACGTACGTACGTACGTACGTTGG"], problem: null });
  assert.equal(
    examineGuides("ACGTACGTACGTACGTACGT\nACGT").problem,
    "Line 2: 4 bases. A guide has 20, or 23 with its PAM.",
  );
  assert.equal(examineGuides("ACGTACGTACGTACGTACGT NGG").problem, null);
  assert.match(examineGuides("ACGTNCGTACGTACGTACGT").problem ?? "", /^Line 1: “N” is not a base/);
  assert.match(examineGuides(`>a\n${"ACGTACGTACGTACGTACGT"}TCC`).problem ?? "", /^Line 2: “TCC” is not a PAM/);
  assert.match(examineGuides(" \n#x").problem ?? "", /Paste guides/);
  assert.match(
    examineGuides("ACGTACGTACGTACGTACGT\n".repeat(6), 5).problem ?? "",
    /6 guides exceed the limit of a job \(5\)/,
  );
  assert.equal(examineGuides("ACGTACGTACGTACGTACGT\n".repeat(5), 5).problem, null);
  assert.equal(examineGuides(GUIDES_EXAMPLE).guides.length, 3);
});
