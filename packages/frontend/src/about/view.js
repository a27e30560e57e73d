import { ApiError } from "../api.js";
import { fill, h } from "../dom/elements.js";
import { MEANINGS } from "../model/columns.js";
import { CITATIONS } from "./citations.js";

/**
 * @import {Api} from "../api.js"
 * @import {View} from "../types.js"
 */

/** @type {[string, string][]} */
const STEPS = [
  [
    "Finding guides",
    "Every 20 bases that are followed by NGG, on both strands of the query. Soft-masked (lower case) letters count; a site that holds another letter than A, C, G or T does not.",
  ],
  [
    "Efficiency",
    "Three published methods vote; a guide is called efficient when at least two accept it, unless the job asks for one or three. The consensus was published with a precision of up to 0.91, where single methods disagree with each other.",
  ],
  [
    "Specificity",
    "Every site of the genome within four mismatches is found, exactly and without early exit: NGG and NAG sites, those that begin with T, repeats with all their copies. Each gets its MIT and CFD score; their sums give the guide’s specificity.",
  ],
  [
    "Perfect matches",
    "A perfect match adds nothing to MIT and 1 to CFD, the guide’s own site included: a guide whose only site is its own has MIT 100 and CFD 99.01. A guide with several perfect matches cuts at each of them, and gets a warning.",
  ],
  [
    "Coordinates",
    "Where people read them, here, in the HTML report and in the command line’s table, places are counted from 1 with the last base: 19-41. Files count as their formats do: CSV, TSV, JSON, BED and XLSX from 0 and without the last base, GFF3, GenBank and FASTA from 1.",
  ],
];
/** @type {Record<string, string>} */
const VERSIONS = { package: "Crackling", indexFormat: "Index format", model: "Models" };
const FORMULAS = ["mit", "cfd", "commonCfd", "chopchop", "mm10db", "sgrnascorer2_score", "consensus"];

/**
 * The method, its formulas, what to cite, which versions run here.
 * @param {HTMLElement} place
 * @param {Api} api
 * @returns {View}
 */
export function showAbout(place, api) {
  const versions = h("div", {}, h("p", { role: "status" }, "Asking the service…"));
  fill(
    place,
    h(
      "article",
      { class: "about-page" },
      h("h1", { tabindex: -1 }, "About"),
      h(
        "p",
        {},
        "Crackling Cloud designs guide RNAs for SpCas9 against any genome. Queries, genomes and results stay in the account that this page is deployed in; nothing is sent to others, except that genomes named by accession are fetched from NCBI.",
      ),
      h("h2", {}, "Method"),
      h("dl", {}, ...STEPS.flatMap(([name, text]) => [h("dt", {}, name), h("dd", {}, text)])),
      h("h2", {}, "Formulas and thresholds"),
      h(
        "dl",
        {},
        ...FORMULAS.flatMap((name) => [h("dt", {}, MEANINGS[name]?.title), h("dd", {}, MEANINGS[name]?.text)]),
      ),
      h("h2", {}, "What to cite"),
      h(
        "ul",
        {},
        ...CITATIONS.map(({ label, text, doi }) =>
          h(
            "li",
            {},
            h("strong", {}, label),
            ` ${text} `,
            h("a", { href: `https://doi.org/${doi}`, rel: "noopener noreferrer" }, `doi:${doi}`),
          ),
        ),
      ),
      h("h2", {}, "Versions"),
      versions,
      h("h2", {}, "For programs"),
      h(
        "p",
        {},
        "All that this page does goes through an API, ",
        h("a", { href: `${api.base}/openapi.json` }, "described as OpenAPI"),
        "; the command line, crackling design, gives the same bytes.",
      ),
    ),
  );
  showVersions(versions, api).catch((error) => {
    if (!(error instanceof ApiError)) throw error;
    fill(versions, h("p", {}, "The service does not tell its versions."));
  });
  return { title: "About", stop: () => {} };
}

/**
 * @param {HTMLElement} place
 * @param {Api} api
 */
async function showVersions(place, api) {
  const { versions } = await api.about();
  fill(
    place,
    h(
      "dl",
      { class: "versions" },
      ...Object.entries(versions).flatMap(([name, version]) => [
        h("dt", {}, VERSIONS[name] ?? name),
        h("dd", {}, version),
      ]),
    ),
  );
}
