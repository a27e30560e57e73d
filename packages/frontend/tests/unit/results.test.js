import assert from "node:assert/strict";
import { test } from "node:test";
import { Columns } from "../../src/model/columns.js";
import { motifPattern, reverseComplement } from "../../src/model/dna.js";
import { EXAMPLE } from "../../src/model/examples.js";
import { commonCfd, cutOf, verdictOf } from "../../src/model/figures.js";
import { ALL, countChoices, filtered } from "../../src/model/filters.js";
import { sequencesOf, stretch } from "../../src/model/query-sequences.js";
import { comparison } from "../../src/model/ranking.js";
import { ABOUT } from "../support/contract.js";
import { findTargets, manyTargets } from "../support/targets.js";

/**
 * @import {Target} from "../../src/types.js"
 */

const TARGETS = manyTargets(400);
const compare = comparison(ABOUT.ranking);
const GENE = EXAMPLE.split("\n").slice(1).join("");

/** @param {Partial<Target>} more */
const targetOf = (more) => ({ .../** @type {Target} */ (TARGETS[0]), ...more });

test("Cas9 cuts three bases before the PAM, on both strands", () => {
  // 20 + 3: the cut is between 17 and 18 of the protospacer; on the other strand the PAM comes first.
  assert.equal(cutOf({ start: 100, strand: "+" }), 117);
  assert.equal(cutOf({ start: 100, strand: "-" }), 106);
  for (const target of findTargets(EXAMPLE)) {
    const read =
      target.strand === "+"
        ? GENE.slice(cutOf(target), cutOf(target) + 6)
        : reverseComplement(GENE.slice(cutOf(target) - 6, cutOf(target)));
    assert.equal(read, target.guide.slice(17) + target.pam);
  }
});

test("CFD on the common scale", () => {
  assert.ok(Math.abs(commonCfd({ cfd: 10_000 / 101, mm0: 1 }) - 100) < 1e-9, "alone in the genome");
  assert.ok(Math.abs(commonCfd({ cfd: 10_000 / (100 + 1 + 1), mm0: 1 }) - 50) < 1e-9, "imperfect sites that sum to 1");
  assert.equal(commonCfd({ cfd: 100, mm0: 0 }), 100);
  assert.equal(commonCfd({ cfd: 0, mm0: 0 }), 0);
});

test("verdicts", () => {
  assert.equal(verdictOf({ efficient: true, specific: false }), "efficient");
  assert.equal(verdictOf({ efficient: false, specific: true }), "specific");
});

test("guides are ranked by the criteria of the API, one after the other", () => {
  const ranked = [
    targetOf({ id: 1, efficient: false, specific: true, mit: 100, cfd: 99 }),
    targetOf({ id: 2, efficient: true, specific: true, mit: 80, cfd: 99 }),
    targetOf({ id: 3, efficient: true, specific: true, mit: 99, cfd: 90, consensus: 2, sgrnascorer2_score: 0.5 }),
    targetOf({ id: 4, efficient: true, specific: true, mit: 99, cfd: 90, consensus: 3, sgrnascorer2_score: 0.1 }),
    targetOf({ id: 5, efficient: true, specific: true, mit: 90, cfd: 99, consensus: 2, sgrnascorer2_score: 1.5 }),
    targetOf({ id: 6, efficient: true, specific: true, mit: 99, cfd: 90, consensus: 2, sgrnascorer2_score: 0.5 }),
  ].sort(compare);
  assert.deepEqual(
    ranked.map(({ id }) => id),
    [4, 5, 3, 6, 2, 1],
  );
});

test("each filter keeps the guides that it describes", () => {
  const keeps = (
    /** @type {Partial<import("../../src/model/filters.js").Filter>} */ filter,
    /** @type {(target: Target) => boolean} */ rule,
  ) => {
    const kept = filtered(TARGETS, { ...ALL, ...filter }, compare);
    assert.ok(kept.length > 0 && kept.length < TARGETS.length, JSON.stringify(filter));
    assert.deepEqual(kept, TARGETS.filter(rule));
  };
  keeps({ efficient: true, specific: true }, (target) => target.efficient && target.specific);
  keeps({ clean: true }, ({ warnings }) => warnings.length === 0);
  keeps({ strand: "-" }, ({ strand }) => strand === "-");
  keeps({ gcLeast: 40, gcMost: 60 }, ({ gc }) => gc >= 40 && gc <= 60);
  keeps({ from: 500, to: 900 }, (target) => cutOf(target) >= 500 && cutOf(target) <= 900);
  keeps({ motif: "GAN" }, ({ guide, pam }) => /GA[ACGT]/.test(guide + pam));
  keeps({ motif: "TTT", without: true }, ({ guide, pam }) => !(guide + pam).includes("TTT"));
  keeps(
    { area: { measure: "mit", x: [80, 90], y: [0, 3] } },
    ({ mit, sgrnascorer2_score }) => mit >= 80 && mit <= 90 && sgrnascorer2_score >= 0,
  );
  assert.deepEqual(filtered(TARGETS, { ...ALL, contig: "another" }, compare), []);
});

test("the best guides are kept in query order, among those that pass", () => {
  const kept = filtered(TARGETS, { ...ALL, strand: "+", top: 5 }, compare);
  const best = TARGETS.filter(({ strand }) => strand === "+")
    .sort(compare)
    .slice(0, 5);
  assert.deepEqual(
    kept,
    best.sort((a, b) => a.id - b.id),
  );
  assert.equal(countChoices({ ...ALL, top: 5, without: true }), 1);
});

test("motifs are IUPAC", () => {
  assert.ok(motifPattern("ryn")?.test("CAGTC"));
  assert.equal(motifPattern("AJ"), null);
});

test("the query is assembled from its guides, as far as they cover it", () => {
  const assembled = stretch(findTargets(EXAMPLE), 0, GENE.length);
  assert.equal(assembled.length, GENE.length);
  assert.ok([...assembled].every((base, index) => base === "N" || base === GENE[index]));
  assert.ok([...assembled].filter((base) => base === "N").length < GENE.length / 5);
  assert.equal(stretch(findTargets(EXAMPLE), 120, 140), assembled.slice(120, 140));
});

test("a query is read as the API writes it", () => {
  const fasta = `>one\n${"A".repeat(80)}\n${"C".repeat(80)}\nGG\n>empty\n>two\nACGT\n`;
  assert.deepEqual(
    [...sequencesOf(fasta)],
    [
      ["one", `${"A".repeat(80)}${"C".repeat(80)}GG`],
      ["empty", ""],
      ["two", "ACGT"],
    ],
  );
});

test("columns are written for people, also on paper and in spreadsheets", () => {
  const target = targetOf({
    contig: "cI",
    start: 18,
    end: 41,
    strand: "-",
    mm0: 1,
    mm1: 0,
    mm2: 0,
    mm3: 2,
    mm4: 3,
    mit: 99.5,
    efficient: true,
    warnings: ["low GC", "TTTT"],
    energy: null,
  });
  assert.deepEqual(
    ["location", "strand", "cut", "sites", "mit", "efficient", "warnings", "energy"].map((name) =>
      new Columns(ABOUT).textOf(name, target),
    ),
    ["cI:19-41", "-", 24, "1-0-0-2-3", "99.50", "yes", "low GC; TTTT", null],
  );
});
