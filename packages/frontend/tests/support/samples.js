/** Jobs, genomes and assemblies as the API answers with them. */

/**
 * @import {Assembly, Genome, Job} from "../../src/types.js"
 */

export const TIME = "2026-11-20T10:00:00Z";

/**
 * @param {string} id
 * @param {Partial<Job>} [more]
 * @returns {Job}
 */
export function jobOf(id, more = {}) {
  return {
    jobId: id,
    kind: "sequence",
    region: null,
    genome: "lambda",
    genomeName: null,
    organism: null,
    genomeBases: null,
    annotated: false,
    genomeReplaced: false,
    mailDue: false,
    status: "queued",
    progress: { guides: null, consensusDone: 0, offTargetDone: 0 },
    indexDamaged: false,
    genomeProgress: null,
    indexDownload: null,
    reason: null,
    options: { consensus: 2 },
    shared: false,
    mine: false,
    created: TIME,
    updated: TIME,
    expires: "2026-12-20T10:00:00Z",
    ...more,
  };
}

/**
 * @param {string} id
 * @param {Partial<Genome>} [more]
 * @returns {Genome}
 */
export function genomeOf(id, more = {}) {
  return {
    genome: id,
    name: null,
    state: "ready",
    source: "upload",
    reason: null,
    bowtie2: null,
    parts: ["fasta", "issl"],
    done: [],
    progress: null,
    venue: null,
    organism: null,
    expectedBases: null,
    began: null,
    expectedSeconds: null,
    tookSeconds: null,
    contigs: null,
    bases: null,
    annotated: false,
    indexBytes: null,
    damaged: null,
    shared: false,
    mine: false,
    created: TIME,
    updated: TIME,
    ...more,
  };
}

/**
 * @param {string} accession
 * @param {Partial<Assembly>} more
 * @returns {Assembly}
 */
export function assemblyOf(accession, more) {
  return {
    accession,
    organism: "Escherichia coli",
    commonName: null,
    name: "ASM1v1",
    level: "Complete Genome",
    bases: 4_641_652,
    contigs: 1,
    reference: true,
    replacedBy: null,
    expectedSeconds: 120,
    ...more,
  };
}

export const ASSEMBLIES = [
  assemblyOf("GCF_000005845.2", {
    organism: "Escherichia coli str. K-12 substr. MG1655",
    commonName: "E. coli",
    name: "ASM584v2",
  }),
  assemblyOf("GCF_000001405.40", {
    organism: "Homo sapiens",
    commonName: "human",
    name: "GRCh38.p14",
    level: "Chromosome",
    bases: 3_298_430_636,
    contigs: 709,
    expectedSeconds: 3600,
  }),
  assemblyOf("GCF_000001635.27", {
    organism: "Mus musculus",
    commonName: "house mouse",
    name: "GRCm39",
    level: "Chromosome",
    bases: 2_728_222_451,
    contigs: 61,
    expectedSeconds: 3000,
  }),
  assemblyOf("GCF_000840245.1", {
    organism: "Escherichia phage Lambda",
    name: "ViralProj14204",
    bases: 48_502,
    expectedSeconds: 20,
  }),
];

export const SUPERSEDED = assemblyOf("GCF_000005845.1", {
  commonName: "E. coli",
  name: "ASM584v1",
  bases: 4_639_221,
  reference: false,
  replacedBy: "GCF_000005845.2",
});
