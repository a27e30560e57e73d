import assert from "node:assert/strict";
import { test } from "node:test";
import { holdsContigs } from "../../src/model/genome-file.js";
import { asText } from "../../src/model/off-targets.js";
import { CLONINGS, isCut, isOverhang, oligosOf } from "../../src/model/oligos.js";
import { sitesAsFasta } from "../../src/model/sites-fasta.js";
import { manyTargets, offTargetsOf } from "../support/targets.js";

/**
 * @import {OffTarget, Target} from "../../src/types.js"
 */

const BBSI = { forward: "CACC", reverse: "AAAC" };

test("oligos anneal and leave the overhangs", () => {
  // The worked example of Ran et al. 2013: oligos CACCG-N20 and AAAC-N20rc-C.
  const { forward, reverse, added } = oligosOf("AGTCCGAGCAGAAGAAGAAT", BBSI, true);
  assert.deepEqual(
    { forward, reverse, added },
    { forward: "CACCGAGTCCGAGCAGAAGAAGAAT", reverse: "AAACATTCTTCTTCTGCTCGGACTC", added: true },
  );
});

test("no G is added to a guide that begins with one, or if none is wanted", () => {
  assert.equal(oligosOf("GGTCCGAGCAGAAGAAGAAT", BBSI, true).forward, "CACCGGTCCGAGCAGAAGAAGAAT");
  assert.deepEqual(oligosOf("AGTC", { forward: "TAGG", reverse: "AAAC" }, false), {
    forward: "TAGGAGTC",
    reverse: "AAACGACT",
    added: false,
  });
});

test("a guide that contains the site of the enzyme is recognised", () => {
  assert.ok(isCut("AAGAAGACTT", CLONINGS.bbsi?.site ?? ""));
  assert.ok(isCut("AAGTCTTCTT", CLONINGS.bbsi?.site ?? ""), "on the other strand");
  assert.ok(!isCut("ACGT", ""));
  assert.ok(isOverhang("CACC") && isOverhang("") && !isOverhang("CACX"));
});

test("igv gets the bases of each site on the forward strand, once", () => {
  const own = /** @type {OffTarget} */ (offTargetsOf("j", /** @type {Target} */ (manyTargets(1)[0])).offTargets[0]);
  const site = {
    ...own,
    contig: "chr1",
    start: 9,
    end: 32,
    strand: /** @type {const} */ ("-"),
    site: "A".repeat(20),
    pam: "CGG",
  };
  assert.equal(sitesAsFasta([site, site]), `>chr1:10-32 @len=1032\nCCG${"T".repeat(20)}\n`);
});

test("igv gets the genome's file only if it has every contig", async () => {
  const fasta = new Blob([">chr1 first\nACGT\n>chr2\nAC>T\n"]);
  assert.ok(await holdsContigs(fasta, [{ contig: "chr1" }, { contig: "chr2" }]));
  assert.ok(!(await holdsContigs(fasta, [{ contig: "chr1" }, { contig: "T" }])));
});

test("a list for a spreadsheet has locations as they are shown, and no formulas", () => {
  const [own] = offTargetsOf("j", /** @type {Target} */ (manyTargets(1)[0])).offTargets;
  const [titles, row] = asText([
    { .../** @type {OffTarget} */ (own), contig: "=chr1", start: 9, end: 32, strand: "-", gene: "+x" },
  ])
    .split("\n")
    .map((line) => line.split("\t"));
  assert.deepEqual(
    [titles?.[3], row?.[3], titles?.[4], row?.[4], titles?.[7], row?.[7]],
    ["Location", "'=chr1:10-32", "Strand", "-", "Gene", "'+x"],
  );
});
