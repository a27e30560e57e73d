/** What the columns of the results mean: shown in the table's heads, below the table and with each guide. */

/**
 * @import {Job} from "../types.js"
 */

/**
 * @typedef {object} Meaning
 * @property {string} title
 * @property {string} text
 * @property {"wide" | "always"} [shown] from the start: on wide screens, or everywhere
 */

const BRADFORD = "Bradford & Perrin 2019";

/** @type {Record<string, Meaning>} */
export const MEANINGS = {
  id: { title: "No.", text: "Number of the guide in the order of the query.", shown: "wide" },
  guide: {
    title: "Guide",
    text: "The 20 bases of the protospacer, 5′ to 3′ on its strand. Choose it to see its off-targets and the oligos to order.",
    shown: "always",
  },
  pam: { title: "PAM", text: "The three bases after the protospacer: NGG for SpCas9.", shown: "wide" },
  efficient: {
    title: "Efficient",
    text: `As many of CHOPCHOP, mm10db and sgRNAScorer 2.0 accept the guide as the job asked for: 2 of 3 unless chosen otherwise (${BRADFORD}).`,
    shown: "always",
  },
  specific: { title: "Specific", text: "MIT and CFD specificity are both at least 75.", shown: "always" },
  mit: {
    title: "MIT",
    text: "Specificity 10000 / (100 + sum of the MIT scores, 0 to 100, of all imperfect sites within 4 mismatches) (Hsu et al. 2013). 100 is best; 75 or more is recommended.",
    shown: "always",
  },
  cfd: {
    title: "CFD",
    text: "Specificity 10000 / (100 + sum of the CFD scores, 0 to 1, of all sites within 4 mismatches, perfect ones included) (Doench et al. 2016). A guide with no other site has 99.01; 75 or more is recommended. Many tools use another scale: see CFD, common scale.",
    shown: "wide",
  },
  commonCfd: {
    title: "CFD, common scale",
    text: "100 / (1 + sum of the CFD scores of the imperfect sites), as many other tools report it. The same sites as CFD on a scale that falls faster: 100 is best, 50 or more is good, below 20 a guide is usually called unspecific.",
  },
  sites: {
    title: "Sites 0-1-2-3-4",
    text: "Places in the genome with 0, 1, 2, 3 and 4 mismatches, the guide’s own included: a guide that occurs once begins with 1.",
    shown: "wide",
  },
  mm0: { title: "0 mismatches", text: "Places in the genome with no mismatch: 1 for a guide that occurs once." },
  mm1: { title: "1 mismatch", text: "Places with 1 mismatch." },
  mm2: { title: "2 mismatches", text: "Places with 2 mismatches." },
  mm3: { title: "3 mismatches", text: "Places with 3 mismatches." },
  mm4: { title: "4 mismatches", text: "Places with 4 mismatches." },
  consensus: {
    title: "Votes",
    text: `How many of the three methods accept the guide, 0 to 3 (${BRADFORD}).`,
    shown: "wide",
  },
  chopchop: {
    title: "CHOPCHOP",
    text: "CHOPCHOP’s rule G20: the last base of the protospacer is G (Labun et al. 2019).",
  },
  mm10db: {
    title: "mm10db",
    text: "No leading T, AT content 20 to 65 %, no TTTT, and with its scaffold the guide folds so that the scaffold keeps its shape at −30 kcal/mol or more (Sunagawa et al. 2016).",
  },
  sgrnascorer2: { title: "sgRNAScorer", text: "sgRNAScorer 2.0 accepts a score of 0 or more (Chari et al. 2017)." },
  sgrnascorer2_score: {
    title: "SVM score",
    text: "Decision value of sgRNAScorer 2.0’s linear model on the 20 bases; 0 is the threshold (Chari et al. 2017).",
  },
  contig: { title: "Sequence", text: "Which sequence of the query." },
  place: {
    title: "Place",
    text: "First and last base of guide and PAM on the forward strand, counted from 1: 19-41 are 23 bases. Files count as their formats do: CSV, TSV, JSON, BED and XLSX from 0 and without the last base, GFF3, GenBank and FASTA as here.",
    shown: "wide",
  },
  cut: {
    title: "Cut",
    text: "Cas9 cuts after this base of the forward strand, counted from 1: three bases before the PAM.",
  },
  strand: { title: "Strand", text: "+ is the strand that was submitted, − its complement.", shown: "wide" },
  gc: {
    title: "GC %",
    text: "Share of G and C in the 20 bases. Below 20 or above 80 the guide gets a warning.",
    shown: "wide",
  },
  energy: {
    title: "Energy",
    text: "Free energy of the fold of guide and scaffold, kcal/mol (ViennaRNA). Computed where mm10db’s other tests pass.",
  },
  structure: { title: "Structure", text: "That fold in dot-bracket notation." },
  unique: { title: "Unique", text: "The guide occurs once in the query." },
  gene: { title: "Gene", text: "The gene at the guide’s own place in the genome, where the genome has an annotation." },
  feature: { title: "Feature", text: "Where in a gene that place is: exon, CDS, intron, or between genes." },
  warnings: { title: "Warnings", text: "What to know before ordering the guide.", shown: "wide" },
};

// Guides of one's own lie on no sequence.
const PLACES = ["contig", "place", "cut", "strand"];

/**
 * Whether a column says anything of a job's guides.
 * @param {string} column
 * @param {Job["kind"]} kind
 */
export function tells(column, kind) {
  return kind === "sequence" || !PLACES.includes(column);
}

/** @param {string} column */
export function meaning(column) {
  return /** @type {Meaning} */ (MEANINGS[column]);
}
