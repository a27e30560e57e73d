/** The genomes that a job can name: those that are here, and NCBI's assemblies, in one list. */

import { roughly, sized } from "../format.js";

/**
 * @import {Assembly, Genome} from "../types.js"
 */

/**
 * @typedef {object} Choice
 * @property {string} id what a job names
 * @property {string} title
 * @property {string} detail
 * @property {string} cost what it takes until a job can start
 * @property {boolean} here
 */

// Measured on mid-sized genomes; a preparation begins in seconds, and then goes through the sequence twice.
const START_SECONDS = 15;
const BASES_A_SECOND = 2_000_000;

/**
 * Those of the library that match, ready ones and the latest first, and then what NCBI found besides.
 * @param {Genome[]} library
 * @param {Assembly[]} found
 * @param {string} text
 * @returns {Choice[]}
 */
export function choicesOf(library, found, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const usable = library.filter(({ state }) => state === "ready" || state === "preparing");
  const ready = (/** @type {Genome} */ { state }) => Number(state === "ready");
  const here = usable.toSorted((a, b) => ready(b) - ready(a) || b.updated.localeCompare(a.updated)).map(choiceOfGenome);
  const matching = here.filter(({ title, id, detail }) => words.every((word) => `${title} ${id} ${detail}`.toLowerCase().includes(word)));
  const others = found.filter(({ accession }) => !here.some(({ id }) => id === accession));
  return [...matching, ...others.map(choiceOfAssembly)];
}

/**
 * An accession that was typed in full can be named without being found.
 * @param {string} accession
 * @returns {Choice}
 */
export function choiceOfAccession(accession) {
  return { id: accession, title: accession, detail: "NCBI assembly", cost: "fetched and prepared once, for everybody", here: false };
}

/**
 * How long a preparation takes, roughly.
 * @param {number} bases
 */
export function expectedSeconds(bases) {
  return START_SECONDS + bases / BASES_A_SECOND;
}

/** @param {Genome} genome */
function choiceOfGenome({ genome, name, organism, bases, expectedBases, state, annotated }) {
  const title = organism || name || genome;
  const size = bases ?? expectedBases ?? null;
  const detail = [title === genome ? null : genome, title === name ? null : name, size === null ? null : sized(size, "b"), annotated ? "with genes" : null];
  const cost = state === "ready" ? "ready" : "being prepared";
  return { id: genome, title, detail: detail.filter(Boolean).join(" · "), cost, here: true };
}

/** @param {Assembly} assembly */
function choiceOfAssembly({ accession, organism, commonName, name, level, bases, reference }) {
  const title = commonName ? `${organism} (${commonName})` : organism;
  const detail = [accession, name, level, reference ? "reference" : null, sized(bases, "b")];
  return { id: accession, title, detail: detail.filter(Boolean).join(" · "), cost: `prepared once, about ${roughly(expectedSeconds(bases))}`, here: false };
}
