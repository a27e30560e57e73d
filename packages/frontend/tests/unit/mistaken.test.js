import assert from "node:assert/strict";
import { test } from "node:test";
import { EXAMPLE } from "../../src/model/examples.js";
import { isText, mistakenFor } from "../../src/model/mistaken.js";

const P53 =
  ">sp|P04637|P53_HUMAN\nMEEPQSDPSVEPPLSQETFSDLWKLLPENNVLSPLPSQAMDDLMLSPDDIEQWFTEDPGPDEAPRMPEAAPPVAPAPAAPTPAAPAPAPSWPLSSSVPSQKTYQG";

for (const [text, message] of /** @type {[string, RegExp][]} */ ([
  ["TP53", /looks like a name/],
  ["lacZ", /looks like a name/],
  ["human BRCA1", /looks like a name/],
  [" NM_007294.4 ", /“NM_007294\.4” is an accession/],
  ["U49845.1", /is an accession/],
  ["ENSG00000012048", /is an accession/],
  ["GCF_000005845.2", /is the accession of a genome/],
  ["chr17:43,044,295-43,125,364", /is a region/],
  [P53, /looks like a protein/],
  [">gene\n\n", /a header but no sequence/],
])) {
  test(`${text.slice(0, 20).trim()} is not a sequence of nucleotides`, () =>
    assert.match(mistakenFor(text) ?? "", message));
}

for (const text of [
  "",
  EXAMPLE,
  "ACGT",
  "1 ACGTTGCATT AGCAATCGTA 20",
  "AUGGCUAGC",
  "ACGTRYSWKMBDHVNACGTRYSWKMBDHVN",
  ">one\nACGJ",
]) {
  test(`“${text.slice(0, 20)}” may be a sequence`, () => assert.equal(mistakenFor(text), null));
}

test("a document and an archive are not text", () => {
  assert.ok(isText(EXAMPLE));
  assert.ok(!isText("PK\u0003\u0004\u0000\uFFFD"));
});
