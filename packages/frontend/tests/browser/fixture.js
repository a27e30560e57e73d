/**
 * The page and a small stand-in for its API, in memory. A job takes a step each time that it is asked for.
 */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { findTargets, offTargetsOf } from "./targets.js";

/**
 * @import {IncomingMessage} from "node:http"
 * @import {AddressInfo} from "node:net"
 * @import {Genome, Job, Target} from "../../src/types.js"
 */

const DIST = path.join(import.meta.dirname, "../../dist");
const TYPES = /** @type {Record<string, string>} */ ({ html: "text/html", js: "text/javascript", css: "text/css", svg: "image/svg+xml", txt: "text/plain" });
const POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";
const TIME = "2026-11-20T10:00:00Z";

/** @typedef {{job: Job, targets: Target[]}} Entry */
/** @typedef {{status: number, type: string, body: string | Buffer}} Answer */

/** @param {{genomes?: Partial<Genome>[], jobs?: Record<string, Entry>}} [content] */
export async function startFixture({ genomes = [{ genome: "lambda", name: "Phage lambda", bases: 48_502 }], jobs = {} } = {}) {
  const state = {
    /** @type {Map<string, Genome>} */
    genomes: new Map(genomes.map((given) => [String(given.genome), genomeOf(given)])),
    /** @type {Map<string, Entry>} */
    jobs: new Map(Object.entries(jobs)),
    /** Requests that fail for now, as status by path. @type {Map<string, number>} */
    broken: new Map(),
    /** @type {string[]} */
    uploads: [],
  };
  const server = createServer(async (request, response) => {
    const body = await read(request);
    const { status, type, body: content } = await answer(state, request, body);
    response.writeHead(status, { "Content-Type": type, "Content-Security-Policy": POLICY, "Cache-Control": "no-store" });
    response.end(content);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = /** @type {AddressInfo} */ (server.address());
  return { state, url: `http://127.0.0.1:${port}/`, stop: () => (server.closeAllConnections(), server.close()) };
}

/**
 * @param {string} id
 * @param {Partial<Job>} [more]
 * @returns {Job}
 */
export function jobOf(id, more = {}) {
  const progress = { guides: null, onTarget: 0, offTarget: 0 };
  return { jobId: id, genome: "lambda", status: "queued", progress, reason: null, options: { consensus: 2 }, created: TIME, updated: TIME, expires: "2026-12-20T10:00:00Z", ...more };
}

/**
 * @param {Partial<Genome>} given
 * @returns {Genome}
 */
function genomeOf(given) {
  return { genome: "genome", name: null, state: "ready", reason: null, parts: ["bowtie2", "fasta", "issl"], done: [], bases: null, ...given };
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
  if (pathname === "/storage") return (state.uploads.push(body), { status: 204, type: "text/plain", body: "" });
  const [, api, kind = "", id = "", part = "", target = ""] = pathname.split("/");
  if (api !== "api") return file(pathname);
  if (kind === "genomes") return answerGenomes(state, request.method, id, body);
  if (request.method === "POST") return createJob(state, body);
  const entry = state.jobs.get(id);
  if (!entry) return problem(404, "Not Found", `There is no job ${id}; it may have expired.`);
  if (!part) return json(200, step(state, entry));
  if (part === "export") return { status: 200, type: "text/csv", body: csv(entry.targets) };
  if (target) return json(200, offTargetsOf(/** @type {Target} */ (entry.targets[Number(target) - 1])));
  const from = Number(searchParams.get("cursor") ?? 1) - 1;
  const to = from + Number(searchParams.get("limit") ?? 100);
  return json(200, { guides: entry.targets.length, targets: entry.targets.slice(from, to), next: to < entry.targets.length ? String(to + 1) : null });
}

/**
 * @param {State} state
 * @param {string | undefined} method
 * @param {string} id
 * @param {string} body
 */
function answerGenomes(state, method, id, body) {
  if (method === "GET" && !id) return json(200, { genomes: [...state.genomes.values()] });
  if (method === "GET") return json(200, state.genomes.get(id));
  const { genome, name } = JSON.parse(body);
  if (state.genomes.has(genome)) return problem(409, "Conflict", `The genome ${genome} is ready; delete it first, or choose another id`);
  state.genomes.set(genome, genomeOf({ genome, name, state: "uploading" }));
  return json(201, { genome, upload: { url: "/storage", fields: { key: `uploads/${genome}` }, limit: 1_000_000 } });
}

/**
 * @param {State} state
 * @param {string} body
 */
function createJob(state, body) {
  const { fasta, sequence, genome, options } = JSON.parse(body);
  if (!state.genomes.has(genome)) return problem(404, "Not Found", `There is no genome ${genome}; upload it, or give an NCBI accession`);
  const jobId = `job${state.jobs.size + 1}`;
  const now = new Date().toISOString();
  state.jobs.set(jobId, { job: jobOf(jobId, { genome, options, created: now, updated: now }), targets: findTargets(fasta ?? sequence) });
  return json(202, { jobId, url: `/api/jobs/${jobId}` });
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
  if (job.status === "queued") job.status = genome?.state === "ready" ? "scanning" : "preparing";
  else if (job.status === "preparing" && genome) {
    genome.done.push(genome.parts.find((part) => !genome.done.includes(part)) ?? "");
    if (genome.done.length === genome.parts.length) (genome.state = "ready"), (job.status = "scanning");
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
  return { status, type: "application/problem+json", body: JSON.stringify({ type: "about:blank", title, status, detail }) };
}

/** @param {string} pathname */
async function file(pathname) {
  const name = pathname === "/" ? "index.html" : pathname.slice(1);
  const body = await readFile(path.join(DIST, name)).catch(() => null);
  return body ? { status: 200, type: TYPES[name.split(".").at(-1) ?? ""] ?? "text/plain", body } : { status: 404, type: "text/plain", body: "" };
}

/** @param {IncomingMessage} request */
async function read(request) {
  const parts = await request.toArray();
  return Buffer.concat(parts).toString();
}
