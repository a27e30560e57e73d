/** The genomes that a job can name: those that are here, and NCBI's assemblies, in one list. */

import { roughly, sized } from "./format.js";

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
 * @property {boolean} [unknown] nobody has said yet that there is such a genome
 */

// What was there last is wanted most often, and what failed only where it is asked for.
const ORDER = ["ready", "preparing", "failed"];

/**
 * Those of the library that match, ready ones and the latest first, and then what NCBI found besides.
 * @param {Genome[]} library
 * @param {Assembly[]} found
 * @param {string} text
 * @param {number} now milliseconds
 * @returns {Choice[]}
 */
export function choicesOf(library, found, text, now = Date.now()) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const usable = library.filter(({ state }) => ORDER.includes(state) && (state !== "failed" || words.length > 0));
  const rank = (/** @type {Genome} */ { state }) => ORDER.indexOf(state);
  const here = usable
    .toSorted((a, b) => rank(a) - rank(b) || b.updated.localeCompare(a.updated))
    .map((genome) => choiceOfGenome(genome, now));
  const matching = here.filter(({ title, id, detail }) =>
    words.every((word) => `${title} ${id} ${detail}`.toLowerCase().includes(word)),
  );
  const others = found.flatMap((assembly) => [choiceOfAssembly(assembly), ...newerOf(assembly)]);
  const known = new Map(here.map((choice) => [choice.id, choice]));
  return uniqueById([...matching, ...others.map((choice) => known.get(choice.id) ?? choice)]);
}

/** @param {Choice[]} choices */
function uniqueById(choices) {
  return choices.filter(({ id }, index) => choices.findIndex((other) => other.id === id) === index);
}

/**
 * An accession that was typed in full can be named without being found.
 * @param {string} accession
 * @returns {Choice}
 */
export function choiceOfAccession(accession) {
  return {
    id: accession,
    title: accession,
    detail: "NCBI assembly",
    cost: "fetched and prepared once, for everybody",
    here: false,
    unknown: true,
  };
}

/**
 * @param {Genome} genome
 * @param {number} now milliseconds
 * @returns {Choice}
 */
function choiceOfGenome(
  { genome, name, organism, bases, expectedBases, state, reason, annotated, began, expectedSeconds },
  now,
) {
  const title = organism || name || genome;
  const size = bases ?? expectedBases ?? null;
  const detail = [
    title === genome ? null : genome,
    title === name ? null : name,
    size === null ? null : sized(size, "b"),
    annotated ? "with genes" : null,
  ];
  const left = began && expectedSeconds ? expectedSeconds - (now - Date.parse(began)) / 1000 : 0;
  const preparing = left > 0 ? `being prepared, about ${roughly(left)} more` : "being prepared";
  if (state === "failed") detail.push(`Its preparation failed: ${reason ?? "no reason is known"}`);
  const cost = state === "ready" ? "ready" : state === "preparing" ? preparing : "a new job tries it again";
  return { id: genome, title, detail: detail.filter(Boolean).join(" · "), cost, here: state !== "failed" };
}

/**
 * @param {Assembly} assembly
 * @returns {Choice}
 */
function choiceOfAssembly({
  accession,
  organism,
  commonName,
  name,
  level,
  bases,
  reference,
  replacedBy,
  expectedSeconds,
}) {
  const title = commonName ? `${organism} (${commonName})` : organism;
  const detail = [
    accession,
    name,
    level,
    reference ? "reference" : null,
    sized(bases, "b"),
    replacedBy ? `replaced by ${replacedBy}` : null,
  ];
  const time = expectedSeconds ? `, about ${roughly(expectedSeconds)}` : "";
  return {
    id: accession,
    title,
    detail: detail.filter(Boolean).join(" · "),
    cost: `prepared once${time}`,
    here: false,
  };
}

/**
 * What has replaced an assembly.
 * @param {Assembly} assembly
 * @returns {Choice[]}
 */
function newerOf(assembly) {
  const { accession, replacedBy } = assembly;
  if (!replacedBy) return [];
  return [
    { ...choiceOfAssembly(assembly), id: replacedBy, detail: `${replacedBy} · the newer version of ${accession}` },
  ];
}
