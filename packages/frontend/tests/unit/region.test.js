import assert from "node:assert/strict";
import { test } from "node:test";
import { REGION_EXAMPLE } from "../../src/model/examples.js";
import { examineRegion } from "../../src/model/region.js";

for (const [text, note] of /** @type {[string, RegExp][]} */ ([
  [REGION_EXAMPLE, /^714 bases of the genome/],
  [" chr1:5..5 ", /^1 base of the genome/],
  ["HLA:01:02:5–7", /^3 bases/],
  ["chr1 : 5 − 7", /^3 bases/],
  ["chr1\t5\t7", /^3 bases/],
  ["chr1:1-1,000,000", /^1,000,000 bases/],
  ["cI", /^The gene cI,/],
  ["snoRNA:185", /^The gene snoRNA:185,/],
])) {
  test(`“${text}” is a region`, () => {
    const found = examineRegion(text, 1_000_000);
    assert.match(found.note ?? "", note);
    assert.equal(found.problem, null);
  });
}

for (const [text, problem] of /** @type {[string, RegExp][]} */ ([
  [" ", /^Enter a gene/],
  ["A".repeat(201), /too long for a name/],
  ["chr1:0-5", /counted from 1/],
  ["chr1:6-5", /counted from 1/],
  ["chr1:1-1,000,001", /1,000,001 bases exceed the limit of a job/],
])) {
  test(`“${text.slice(0, 20)}” is not a region`, () =>
    assert.match(examineRegion(text, 1_000_000).problem ?? "", problem));
}
