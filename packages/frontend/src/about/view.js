import { ApiError } from "../api.js";
import { fill, h } from "../dom/elements.js";
import { failure } from "../dom/failures.js";

/**
 * @import {Api} from "../api.js"
 * @import {About, View} from "../types.js"
 */

/** @type {[string, string][]} */
const STEPS = [
  [
    "Finding guides",
    "Guides are all sequences of 20 bases that are followed by NGG, on both strands of the query. Soft-masked (lower case) letters count as sequence. A site with another letter than A, C, G or T is skipped.",
  ],
  [
    "Efficiency",
    "Three published methods vote. A guide is efficient if at least two of them accept it, unless the job asks for one or three. The published precision of the consensus is up to 0.91, where single methods disagree with each other.",
  ],
  [
    "Specificity",
    "Every site of the genome within four mismatches is found, exactly and without stopping early: NGG and NAG sites, sites that begin with T, and all copies of repeats. Each site gets an MIT and a CFD score; their sums give the specificity of the guide.",
  ],
  [
    "Perfect matches",
    "A perfect match adds nothing to MIT and 1 to CFD, the guide’s own site included. A guide whose only site is its own has MIT 100 and CFD 99.01. A guide with several perfect matches cuts at each of them and gets a warning.",
  ],
  [
    "Coordinates",
    "This page, the HTML report and the table of the command line count locations from 1 and include the last base: 19-41. Files count as their formats do: CSV, TSV, JSON, BED and XLSX from 0 and without the last base, GFF3, GenBank and FASTA from 1.",
  ],
];
const FORMULAS = ["mit", "cfd", "common_cfd", "chopchop", "mm10db", "sgrnascorer2_score", "consensus"];

/**
 * Show the method, its formulas, what to cite, and the versions of this deployment.
 * @param {HTMLElement} container
 * @param {Api} api
 * @returns {View}
 */
export function showAbout(container, api) {
  const facts = h("div", {}, h("p", { role: "status" }, "Reading the description of the service…"));
  fill(
    container,
    h(
      "article",
      { class: "about-page" },
      h("h1", { tabindex: -1 }, "About"),
      h(
        "p",
        {},
        "Crackling Cloud designs guide RNAs for SpCas9 against any genome. Queries, genomes and results stay in the AWS account of this deployment. Nothing is sent to anyone else; genomes with an accession are downloaded from NCBI.",
      ),
      h("h2", {}, "Method"),
      list(STEPS),
      facts,
      h("h2", {}, "For programs"),
      h(
        "p",
        {},
        "Everything that this page does goes through an API, ",
        h("a", { href: `${api.base}/openapi.json` }, "described as OpenAPI"),
        ". The command line, crackling design, gives the same results byte by byte.",
      ),
    ),
  );
  api.about().then(
    (about) => fill(facts, ...described(about)),
    (error) => {
      if (!(error instanceof ApiError)) throw error;
      fill(facts, failure("The service does not describe itself. ", error.message));
    },
  );
  return { title: "About", stop: () => {} };
}

/** @param {About} about */
function described({ columns, methods, ranking, versions }) {
  const formulas = FORMULAS.map((formula) => columns.find(({ name }) => name === formula)).filter((found) => !!found);
  return [
    h("h2", {}, "Formulas and thresholds"),
    list(formulas.map(({ title, text }) => [title, text])),
    h("h2", {}, "The best guides"),
    h("p", {}, `Guides are ranked in this order: ${ranking.text}.`),
    h("h2", {}, "What to cite"),
    h("ul", {}, ...methods.flatMap(({ name, publications }) => publications.map((each) => citation(name, each)))),
    h("h2", {}, "Versions"),
    list([
      ["Crackling", versions.package],
      ["Index format", versions.indexFormat],
      ["Models", versions.model],
    ]),
  ];
}

/**
 * @param {string} method
 * @param {About["methods"][number]["publications"][number]} publication
 */
function citation(method, { authors, year, title, journal, doi }) {
  return h(
    "li",
    {},
    h("strong", {}, method),
    ` ${authors} (${year}). ${title}. ${journal}. `,
    h("a", { href: `https://doi.org/${doi}`, rel: "noopener noreferrer" }, `doi:${doi}`),
  );
}

/** @param {[string, string | number][]} entries */
function list(entries) {
  return h("dl", {}, ...entries.flatMap(([name, text]) => [h("dt", {}, name), h("dd", {}, text)]));
}
