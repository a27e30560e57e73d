/** Guides and off-targets that look real. Their scores are made up, but always the same. */

/**
 * @import {OffTarget, OffTargets, Target} from "../../src/types.js"
 */

/** @type {Record<string, string>} */
const COMPLEMENT = { A: "T", C: "G", G: "C", T: "A" };

/**
 * Every NGG site of a query.
 * @param {string} text
 * @returns {Target[]}
 */
export function findTargets(text) {
  const [header = "", ...lines] = text.startsWith(">") ? text.split("\n") : ["query", text];
  const sequence = lines.join("").replaceAll(/\s/g, "").toUpperCase();
  const contig = header.replace(">", "").split(" ")[0] ?? "";
  const forward = [...sequence.matchAll(/(?=([ACGT]{21}GG))/g)].map((found) => site(found, "+"));
  const reverse = [...sequence.matchAll(/(?=(CC[ACGT]{21}))/g)].map((found) => site(found, "-"));
  return [...forward, ...reverse]
    .sort((a, b) => a.start - b.start)
    .map(({ start, strand, window }, index) => target(index + 1, contig, start, strand, window));
}

/**
 * A sequence without repeats, always the same.
 * @param {number} count
 * @param {string} [from] the bases to draw from; one that it has more often comes more often
 */
export function randomBases(count, from = "ACGT") {
  const next = random(count);
  return Array.from({ length: count }, () => from[Math.floor(next() * from.length)]).join("");
}

/**
 * As many guides as one wants.
 * @param {number} count
 * @returns {Target[]}
 */
export function manyTargets(count) {
  const bases = randomBases(21 * count);
  return Array.from({ length: count }, (_, index) =>
    target(
      index + 1,
      "chromosome_1",
      index * 9,
      index % 2 ? "-" : "+",
      `${bases.slice(21 * index, 21 * index + 21)}GG`,
    ),
  );
}

/**
 * A list of guides, in the order given.
 * @param {string[]} guides 20 bases, or 23
 * @returns {Target[]}
 */
export function scoreGuides(guides) {
  return guides.map((guide, index) => target(index + 1, "guides", index, "+", guide.padEnd(21, "N").padEnd(23, "G")));
}

/**
 * Make up the off-targets of a guide.
 * @param {string} jobId
 * @param {Target} target
 * @returns {OffTargets}
 */
export function offTargetsOf(
  jobId,
  { id, guide, pam, contig, start, end, strand, mm3, mm4, gene = null, feature = null },
) {
  /** @type {OffTarget[]} */
  const found = [
    {
      guide,
      contig,
      start,
      end,
      strand,
      site: guide,
      pam,
      mismatches: 0,
      alignment: ".".repeat(20),
      mit: 100,
      cfd: 1,
      gene,
      feature,
    },
  ];
  for (let number = 0; number < mm3 + mm4; number++) {
    const mismatches = number < mm3 ? 3 : 4;
    const positions = Array.from({ length: mismatches }, (_, index) => (number + index * 5) % 20);
    const bases = [...guide].map((base, index) => (positions.includes(index) ? COMPLEMENT[base] : base));
    const alignment = bases.map((base, index) => (positions.includes(index) ? base : ".")).join("");
    found.push({
      guide,
      contig: "NC_001416.1",
      start: 1000 + number * 777,
      end: 1023 + number * 777,
      strand: number % 2 ? "-" : "+",
      site: bases.join(""),
      pam: number % 3 ? "TAG" : "CGG",
      mismatches,
      alignment,
      mit: 2.5 / mismatches,
      cfd: 0.3 / mismatches,
    });
  }
  return { jobId, target: id, guide, total: found.length, offTargets: found };
}

/**
 * @param {RegExpMatchArray} found
 * @param {"+" | "-"} strand
 */
function site(found, strand) {
  const window = found[1] ?? "";
  const read =
    strand === "+"
      ? window
      : [...window]
          .reverse()
          .map((base) => COMPLEMENT[base])
          .join("");
  return { start: found.index ?? 0, strand, window: read };
}

/**
 * @param {number} id
 * @param {string} contig
 * @param {number} start
 * @param {"+" | "-"} strand
 * @param {string} window guide and PAM
 * @returns {Target}
 */
function target(id, contig, start, strand, window) {
  const next = random(id);
  const guide = window.slice(0, 20);
  const chopchop = guide.endsWith("G");
  const mm10db = next() < 0.5;
  const sgrnascorer2_score = Math.round((next() * 6 - 3) * 1e6) / 1e6;
  const sgrnascorer2 = sgrnascorer2_score >= 0;
  const consensus = [chopchop, mm10db, sgrnascorer2].filter(Boolean).length;
  const mit = 60 + next() * 40;
  const [mm3, mm4] = [Math.floor(next() * 3), Math.floor(next() * 9)];
  const gc = [...guide].filter((base) => base === "G" || base === "C").length * 5;
  const structure = `${".".repeat(20)}(((((((.((((....))))...))))))).................`;
  return {
    id,
    contig,
    start,
    end: start + 23,
    strand,
    guide,
    pam: window.slice(20),
    gc,
    chopchop,
    mm10db,
    sgrnascorer2,
    sgrnascorer2_score,
    structure: mm10db ? structure : null,
    energy: mm10db ? -24.3 : null,
    consensus,
    efficient: consensus >= 2,
    mit,
    cfd: 99.0099 - mm4,
    specific: mit >= 75,
    mm0: id % 37 === 5 ? 3 : 1,
    mm1: 0,
    mm2: 0,
    mm3,
    mm4,
    unique: true,
    gene: null,
    feature: null,
    warnings: [...(window.includes("TTTT") ? ["TTTT"] : []), ...(id % 37 === 5 ? ["3 perfect matches"] : [])],
  };
}

/**
 * Numbers from 0 to 1 (mulberry32).
 * @param {number} seed
 */
function random(seed) {
  let state = seed * 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
