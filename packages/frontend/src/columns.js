/** What the columns of the results mean: shown in the table's heads and below the table. */

/**
 * @typedef {object} Meaning
 * @property {string} title
 * @property {string} text
 */

/** @type {Record<string, Meaning>} */
export const MEANINGS = {
  id: { title: "No.", text: "Number of the guide in the order of the query." },
  guide: { title: "Guide", text: "The 20 bases of the protospacer, 5′ to 3′ on its strand. Choose it to see its off-targets." },
  pam: { title: "PAM", text: "The three bases after the protospacer: NGG for SpCas9." },
  efficient: { title: "Efficient", text: "As many of CHOPCHOP, mm10db and sgRNAScorer 2.0 accept the guide as the job asked for: 2 of 3 unless chosen otherwise (Bradford & Perrin 2019)." },
  specific: { title: "Specific", text: "MIT and CFD specificity are both at least 75." },
  mit: { title: "MIT", text: "Specificity 10000 / (100 + sum of the MIT scores, 0 to 100, of all imperfect sites within 4 mismatches) (Hsu et al. 2013). 100 is best; 75 or more is recommended." },
  cfd: { title: "CFD", text: "Specificity 10000 / (100 + sum of the CFD scores, 0 to 1, of all sites within 4 mismatches, perfect ones included) (Doench et al. 2016). A guide with no other site has 99.01; 75 or more is recommended." },
  mm0: { title: "0 mm", text: "Places in the genome with no mismatch: 1 for a guide that occurs once." },
  mm1: { title: "1 mm", text: "Places with 1 mismatch." },
  mm2: { title: "2 mm", text: "Places with 2 mismatches." },
  mm3: { title: "3 mm", text: "Places with 3 mismatches." },
  mm4: { title: "4 mm", text: "Places with 4 mismatches." },
  consensus: { title: "Votes", text: "How many of the three methods accept the guide, 0 to 3." },
  chopchop: { title: "CHOPCHOP", text: "CHOPCHOP’s rule G20: the last base of the protospacer is G." },
  mm10db: { title: "mm10db", text: "mm10db (Sunagawa et al. 2016): no leading T, AT content 20 to 65 %, no TTTT, and with its scaffold the guide folds so that the scaffold keeps its shape at −30 kcal/mol or more." },
  sgrnascorer2: { title: "sgRNAScorer", text: "sgRNAScorer 2.0 (Chari et al. 2017) accepts a score of 0 or more." },
  sgrnascorer2_score: { title: "SVM score", text: "Decision value of sgRNAScorer’s linear model on the 20 bases; 0 is the threshold." },
  contig: { title: "Sequence", text: "Which sequence of the query." },
  start: { title: "Start", text: "First base of guide and PAM on the forward strand, counted from 0." },
  end: { title: "End", text: "The base after the last one, counted from 0, as in BED files." },
  strand: { title: "Strand", text: "+ is the strand that was submitted, − its complement." },
  gc: { title: "GC %", text: "Share of G and C in the 20 bases." },
  energy: { title: "Energy", text: "Free energy of the fold of guide and scaffold, kcal/mol (ViennaRNA). Computed where mm10db’s other tests pass." },
  structure: { title: "Structure", text: "That fold in dot-bracket notation." },
  unique: { title: "Unique", text: "The guide occurs once in the query." },
  warnings: { title: "Warnings", text: "What to know before ordering the guide." },
};

/** @param {string} column */
export function meaning(column) {
  return /** @type {Meaning} */ (MEANINGS[column]);
}
