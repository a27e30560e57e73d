/**
 * The page and a small stand-in for its API, in memory. A job takes a step each time that it is asked for.
 */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { EXAMPLE } from "../../src/model/examples.js";
import { findTargets, offTargetsOf, scoreGuides } from "./targets.js";

/**
 * @import {IncomingMessage} from "node:http"
 * @import {AddressInfo} from "node:net"
 * @import {Assembly, Genome, Job, Target} from "../../src/types.js"
 */

const DIST = path.join(import.meta.dirname, "../../dist");
const TYPES = /** @type {Record<string, string>} */ ({
  html: "text/html",
  js: "text/javascript",
  css: "text/css",
  svg: "image/svg+xml",
  txt: "text/plain",
});
// As the deployment sends it, but for the addresses of uploads.
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const GENOME = `>lambda_cI\n${"ACGT".repeat(300)}\n>NC_001416.1\n${"ACGT".repeat(12_000)}\n`;
const LIMITS = { bases: 1_000_000, guides: 50_000, letters: 2_000_000 };
const TIME = "2026-11-20T10:00:00Z";
/** @type {Assembly[]} */
const ASSEMBLIES = [
  {
    accession: "GCF_000005845.2",
    organism: "Escherichia coli str. K-12 substr. MG1655",
    commonName: "E. coli",
    name: "ASM584v2",
    level: "Complete Genome",
    bases: 4_641_652,
    contigs: 1,
    reference: true,
    expectedSeconds: 120,
  },
  {
    accession: "GCF_000001405.40",
    organism: "Homo sapiens",
    commonName: "human",
    name: "GRCh38.p14",
    level: "Chromosome",
    bases: 3_298_430_636,
    contigs: 709,
    reference: true,
  },
  {
    accession: "GCF_000001635.27",
    organism: "Mus musculus",
    commonName: "house mouse",
    name: "GRCm39",
    level: "Chromosome",
    bases: 2_728_222_451,
    contigs: 61,
    reference: true,
  },
  {
    accession: "GCF_000840245.1",
    organism: "Escherichia phage Lambda",
    commonName: null,
    name: "ViralProj14204",
    level: "Complete Genome",
    bases: 48_502,
    contigs: 1,
    reference: true,
  },
];
/** @type {Assembly} */
const SUPERSEDED = {
  accession: "GCF_000005845.1",
  organism: "Escherichia coli",
  commonName: "E. coli",
  name: "ASM584v1",
  level: "Complete Genome",
  bases: 4_639_221,
  contigs: 1,
  reference: false,
  replacedBy: "GCF_000005845.2",
};
/** Accessions that are not to be had, with NCBI's reason. @type {Record<string, string>} */
const REFUSED = {
  "GCF_000000000.1": "NCBI has no assembly GCF_000000000.1; check the accession and its version",
  "GCF_000000001.1": "NCBI withdrew GCF_000000001.1 (Danio rerio): many frameshifted proteins; use GCF_000000001.2",
};

/** @typedef {{job: Job, targets: Target[], query?: string}} Entry `query` in FASTA; without it there is none to be had */
/** @typedef {{status: number, type: string, body: string | Buffer}} Answer */

/** @param {{genomes?: Partial<Genome>[], jobs?: Record<string, Entry>}} [content] */
export async function startFixture({
  genomes = [{ genome: "lambda", name: "Phage lambda", bases: 48_502 }],
  jobs = {},
} = {}) {
  const state = {
    /** @type {Map<string, Genome>} */
    genomes: new Map(genomes.map((given) => [String(given.genome), genomeOf(given)])),
    /** @type {Map<string, Entry>} */
    jobs: new Map(Object.entries(jobs)),
    /** Requests that fail for now, as status by path. @type {Map<string, number>} */
    broken: new Map(),
    /** @type {string[]} */
    uploads: [],
    /** The sequence that every genome has. */
    fasta: GENOME,
    /** Where mail goes. @type {string[]} */
    mailDomains: [],
    /** What AWS was told to mail; its owner has confirmed none of it. @type {string[]} */
    emails: [],
    /** Uploads never end. */
    stalled: false,
  };
  const server = createServer(async (request, response) => {
    const body = await read(request);
    if (state.stalled && request.url === "/storage") return;
    const { status, type, body: content } = await answer(state, request, body);
    response.writeHead(status, {
      "Content-Type": type,
      "Content-Security-Policy": POLICY,
      "Cache-Control": "no-store",
    });
    response.end(content);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = /** @type {AddressInfo} */ (server.address());
  function stop() {
    server.closeAllConnections();
    server.close();
  }

  return { state, url: `http://127.0.0.1:${port}/`, stop };
}

/**
 * @param {string} id
 * @param {Partial<Job>} [more]
 * @returns {Job}
 */
export function jobOf(id, more = {}) {
  const progress = { guides: null, onTarget: 0, offTarget: 0 };
  return {
    jobId: id,
    genome: "lambda",
    kind: "sequence",
    status: "queued",
    progress,
    reason: null,
    options: { consensus: 2 },
    created: TIME,
    updated: TIME,
    expires: "2026-12-20T10:00:00Z",
    ...more,
  };
}

/**
 * @param {Partial<Genome>} given
 * @returns {Genome}
 */
function genomeOf(given) {
  return {
    genome: "genome",
    name: null,
    state: "ready",
    reason: null,
    parts: ["bowtie2", "fasta", "issl"],
    done: [],
    bases: null,
    updated: TIME,
    ...given,
  };
}

/**
 * @typedef {Awaited<ReturnType<typeof startFixture>>["state"]} State
 * @param {State} state
 * @param {IncomingMessage} request
 * @param {string} body
 * @returns {Promise<Answer>}
 */
async function answer(state, request, body) {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://fixture");
  const broken = state.broken.get(pathname);
  if (broken) return problem(broken, "Broken", "This is broken for now.");
  if (pathname === "/config.json") return json(200, { api: "/api", stage: "test" });
  if (pathname === "/genome.fa.gz") return { status: 200, type: "application/gzip", body: gzipSync(state.fasta) };
  if (pathname === "/storage") return store(state, body);
  const [, api, kind = "", id = "", part = "", target = ""] = pathname.split("/");
  if (api !== "api") return file(pathname);
  if (kind === "about")
    return json(200, {
      versions: { package: "0.1.0", indexFormat: 2, model: "sgRNAScorer 2.0" },
      limits: LIMITS,
      mailDomains: state.mailDomains,
    });
  if (kind === "genomes" && id === "search") return search(searchParams.get("q") ?? "");
  if (kind === "genomes") return answerGenomes(state, request.method, id, part, body);
  if (request.method === "POST") return createJob(state, body);
  const entry = state.jobs.get(id);
  if (!entry) return problem(404, "Not Found", `There is no job ${id}; it may have expired.`);
  if (!part) return json(200, step(state, entry));
  if (part === "query")
    return entry.query
      ? { status: 200, type: "text/x-fasta", body: asSearched(entry.query) }
      : problem(404, "Not Found", `The query of job ${id} is deleted.`);
  if (part === "export") return { status: 200, type: "text/csv", body: csv(entry.targets) };
  if (target) return json(200, offTargetsOf(/** @type {Target} */ (entry.targets[Number(target) - 1])));
  const from = Number(searchParams.get("cursor") ?? 1) - 1;
  const to = from + Number(searchParams.get("limit") ?? 100);
  return json(200, {
    guides: entry.targets.length,
    targets: entry.targets.slice(from, to),
    next: to < entry.targets.length ? String(to + 1) : null,
  });
}

/**
 * @param {State} state
 * @param {string | undefined} method
 * @param {string} id
 * @param {string} part
 * @param {string} body
 */
function answerGenomes(state, method, id, part, body) {
  if (method === "GET" && !id) return json(200, { genomes: [...state.genomes.values()] });
  if (method === "GET" && part)
    return json(200, {
      genome: id,
      files: [{ part: "fasta", name: "genome.fa.gz", bytes: 100, url: "/genome.fa.gz" }],
    });
  if (method === "GET") return json(200, state.genomes.get(id));
  const { genome, name, annotation } = JSON.parse(body);
  if (state.genomes.get(genome)?.state === "ready")
    return problem(409, "Conflict", `The genome ${genome} is ready; delete it first, or choose another id`);
  state.genomes.set(genome, genomeOf({ genome, name, state: "uploading", annotated: Boolean(annotation) }));
  const form = (/** @type {string} */ part) => ({
    url: "/storage",
    fields: { key: `uploads/${genome}/${part}` },
    limit: 1_000_000,
  });
  return json(201, { genome, upload: form("genome"), ...(annotation && { annotationUpload: form("annotation") }) });
}

/**
 * A file that arrived; one without a FASTA header is no genome.
 * @param {State} state
 * @param {string} body
 */
function store(state, body) {
  state.uploads.push(body);
  const genome = state.genomes.get(/uploads\/([^/]+)\/genome/.exec(body)?.[1] ?? "");
  if (genome && !body.includes("\n>"))
    Object.assign(genome, {
      state: "failed",
      reason: "The genome's file is no FASTA: it does not begin with >. Upload another.",
    });
  return { status: 204, type: "text/plain", body: "" };
}

/** @param {string} text */
function search(text) {
  const refused = REFUSED[text.toUpperCase()];
  if (refused) return problem(422, "Unprocessable Entity", refused);
  if (text.toUpperCase() === SUPERSEDED.accession) return json(200, { genomes: [SUPERSEDED] });
  const found = ASSEMBLIES.filter((assembly) => JSON.stringify(assembly).toLowerCase().includes(text.toLowerCase()));
  return json(200, { genomes: found });
}

/**
 * @param {State} state
 * @param {string} body
 */
function createJob(state, body) {
  const { fasta, sequence, guides, region, genome, options, email } = JSON.parse(body);
  const assembly = ASSEMBLIES.find(({ accession }) => accession === genome);
  if (assembly)
    state.genomes.set(
      genome,
      genomeOf({
        genome,
        organism: assembly.organism,
        state: "preparing",
        annotated: true,
        began: new Date().toISOString(),
        expectedSeconds: assembly.expectedSeconds ?? null,
        progress: { part: "fasta", done: 0, total: assembly.bases },
      }),
    );
  if (!state.genomes.has(genome))
    return problem(404, "Not Found", `There is no genome ${genome}; upload it, or give an NCBI accession`);
  const jobId = `job${state.jobs.size + 1}`;
  const now = new Date().toISOString();
  const query = fasta ?? (region ? EXAMPLE.replace(/^>\S+/, `>${region}`) : `>query\n${sequence}`);
  const targets = guides ? scoreGuides(guides) : findTargets(fasta ?? sequence ?? query);
  if (state.genomes.get(genome)?.annotated)
    for (const target of targets) Object.assign(target, { gene: "tstA", feature: "exon" });
  const job = jobOf(jobId, {
    genome,
    organism: state.genomes.get(genome)?.organism ?? null,
    options,
    kind: guides ? "guides" : "sequence",
    region: region ?? null,
    created: now,
    updated: now,
  });
  state.jobs.set(jobId, { job, targets, query });
  if (email) state.emails.push(email);
  return json(202, { jobId, url: `/api/jobs/${jobId}`, mail: email ? "pending" : null });
}

/**
 * The job as it is now; the next time it will be a step further.
 * @param {State} state
 * @param {Entry} entry
 */
function step(state, entry) {
  const { job, targets } = entry;
  const shown = structuredClone(job);
  const genome = state.genomes.get(job.genome);
  if (genome?.state === "failed") Object.assign(job, { status: "failed", reason: genome.reason });
  else if (job.status === "queued") job.status = genome?.state === "ready" ? "scanning" : "preparing";
  else if (job.status === "preparing" && genome) {
    if (genome.progress)
      genome.progress = { ...genome.progress, done: genome.progress.done + genome.progress.total / 4 };
    genome.done.push(genome.parts.find((part) => !genome.done.includes(part)) ?? "");
    if (genome.done.length === genome.parts.length) {
      Object.assign(genome, { state: "ready", updated: new Date().toISOString() });
      job.status = "scanning";
    }
  } else if (job.status === "scanning") {
    job.status = "scoring";
    job.progress = { guides: targets.length, onTarget: 0, offTarget: 0 };
  } else if (job.status === "scoring") {
    const { progress } = job;
    progress.onTarget = progress.offTarget;
    progress.offTarget = Math.min(targets.length, progress.offTarget + Math.ceil(targets.length / 2));
    if (progress.onTarget === targets.length) job.status = "complete";
    job.updated = new Date().toISOString();
  }
  return shown;
}

/**
 * As the API tells a query: names without their descriptions, letters in upper case.
 * @param {string} fasta
 */
function asSearched(fasta) {
  return fasta
    .split("\n")
    .map((line) => (line.startsWith(">") ? line.split(" ")[0] : line.toUpperCase()))
    .join("\n");
}

/** @param {Target[]} targets */
function csv(targets) {
  const names = /** @type {(keyof Target)[]} */ (Object.keys(targets[0] ?? {}));
  return [names.join(","), ...targets.map((target) => names.map((name) => target[name]).join(",")), ""].join("\n");
}

/**
 * @param {number} status
 * @param {unknown} content
 */
function json(status, content) {
  return { status, type: "application/json", body: JSON.stringify(content) };
}

/**
 * @param {number} status
 * @param {string} title
 * @param {string} detail
 */
function problem(status, title, detail) {
  return {
    status,
    type: "application/problem+json",
    body: JSON.stringify({ type: "about:blank", title, status, detail }),
  };
}

/** @param {string} pathname */
async function file(pathname) {
  const name = pathname === "/" ? "index.html" : pathname.slice(1);
  const body = await readFile(path.join(DIST, name)).catch(() => null);
  return body
    ? { status: 200, type: TYPES[name.split(".").at(-1) ?? ""] ?? "text/plain", body }
    : { status: 404, type: "text/plain", body: "" };
}

/** @param {IncomingMessage} request */
async function read(request) {
  const parts = await request.toArray();
  return Buffer.concat(parts).toString();
}
