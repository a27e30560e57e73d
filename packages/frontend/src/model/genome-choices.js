/** The genomes that a job can use: those of this deployment and NCBI's assemblies, in one list. */

import { roughly, sized } from "./format.js";

/**
 * @import {Assembly, Genome} from "../types.js"
 */

/**
 * @typedef {object} Choice
 * @property {string} id that a job refers to it by
 * @property {string} title
 * @property {string} detail
 * @property {string} cost what has to happen before a job can start
 * @property {boolean} here the deployment has the genome
 * @property {boolean} [unknown] whether such a genome exists is not known yet
 */

// The order of the list. Genomes that failed are listed only if the user searches for them.
const ORDER = ["ready", "preparing", "failed"];

/**
 * Return the matching genomes: those of the library, ready and recent ones first, and then those that NCBI found.
 * @param {Genome[]} library
 * @param {Assembly[]} found
 * @param {string} text
 * @param {number} now by the service's clock, in milliseconds
 * @returns {Choice[]}
 */
export function choicesOf(library, found, text, now) {
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
  const seen = new Set();
  return choices.filter(({ id }) => !seen.has(id) && seen.add(id));
}

/**
 * Return a choice for an accession that was typed in full and has not been searched for.
 * @param {string} accession
 * @returns {Choice}
 */
export function choiceOfAccession(accession) {
  return {
    id: accession,
    title: accession,
    detail: "NCBI assembly",
    cost: "will be downloaded and prepared once, for everyone",
    here: false,
    unknown: true,
  };
}

/**
 * @param {Genome} genome
 * @param {number} now in milliseconds
 * @returns {Choice}
 */
function choiceOfGenome(
  { genome, name, organism, bases, expectedBases, state, reason, annotated, began, expectedSeconds, damaged },
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
  const work = damaged ? "its index was damaged and is being built anew" : "being prepared";
  const preparing = left > 0 ? `${work}, about ${roughly(left)} left` : work;
  if (state === "failed")
    detail.push(`${damaged ? "index damaged" : "preparation failed"}: ${reason ?? "the reason is not known"}`);
  const cost = state === "ready" ? "ready" : state === "preparing" ? preparing : "a new job will try again";
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
    cost: `will be prepared once${time}`,
    here: false,
  };
}

/**
 * Return a choice for the assembly that has replaced another, if there is one.
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
