/** The page with a small stand-in for its API, in memory. A job advances by a step each time that it is read. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { EXAMPLE } from "../../src/model/examples.js";
import { ABOUT } from "./contract.js";
import { ASSEMBLIES, genomeOf, jobOf, SUPERSEDED } from "./samples.js";
import { findTargets, offTargetsOf, scoreGuides } from "./targets.js";

/**
 * @import {IncomingMessage} from "node:http"
 * @import {AddressInfo} from "node:net"
 * @import {Oidc} from "./oidc.js"
 * @import {AnnouncedGenome, Genome, GenomeFile, Job, JobsPage, NewJob, NewJobAnswer, Target, TargetsPage, Upload} from "../../src/types.js"
 */

const DIST = path.join(import.meta.dirname, "../../dist");
const TYPES = /** @type {Record<string, string>} */ ({
  html: "text/html",
  js: "text/javascript",
  css: "text/css",
  svg: "image/svg+xml",
  txt: "text/plain",
});
/**
 * The content security policy as the deployment sends it.
 * @param {string[]} others what the page may connect to besides its own origin
 */
const policy = (others) =>
  `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; ${["connect-src 'self'", ...others].join(" ")}; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`;
const GENOME = `>lambda_cI\n${"ACGT".repeat(300)}\n>NC_001416.1\n${"ACGT".repeat(12_000)}\n`;
/**
 * Accessions that do not exist or were withdrawn, with NCBI's reason.
 * @type {Record<string, string>}
 */
const REFUSED = {
  "GCF_000000000.1": "NCBI has no assembly GCF_000000000.1; check the accession and its version",
  "GCF_000000001.1": "NCBI withdrew GCF_000000001.1 (Danio rerio): many frameshifted proteins; use GCF_000000001.2",
};

/**
 * `query` is FASTA; without it the API answers that it is deleted. `owner` is who has sent the job.
 * @typedef {{job: Job, targets: Target[], query?: string, gone?: boolean, owner?: string}} Entry
 */
/** @typedef {{status: number, type: string, body: string | Buffer, headers?: Record<string, string>}} Answer */

/** @param {{genomes?: Genome[], jobs?: Record<string, Entry>, oidc?: Oidc}} [content] with `oidc`, people sign in */
export async function startStandIn({
  genomes = [genomeOf("lambda", { name: "Phage lambda", bases: 48_502 })],
  jobs = {},
  oidc,
} = {}) {
  const state = {
    oidc,
    /** The origin of what is stored: another name of the same server. */
    storage: "",
    /** @type {Map<string, Genome>} */
    genomes: new Map(genomes.map((genome) => [genome.genome, genome])),
    /** @type {Map<string, Entry>} */
    jobs: new Map(Object.entries(jobs)),
    /**
     * Paths whose requests fail for now, with the status.
     * @type {Map<string, number>}
     */
    broken: new Map(),
    /** @type {string[]} */
    uploads: [],
    /** The sequence that every genome has. */
    fasta: GENOME,
    /**
     * Domains that email is sent to.
     * @type {string[]}
     */
    mailDomains: [],
    /**
     * Addresses of emails; their owners have not confirmed them.
     * @type {string[]}
     */
    emails: [],
    /** Uploads never end. */
    stalled: false,
    /** Jobs go no further. */
    held: false,
  };
  const server = createServer(async (request, response) => {
    const body = await read(request);
    if (state.stalled && request.url === "/storage") return;
    const { status, type, body: content, headers } = await answer(state, request, body);
    response.writeHead(status, {
      "Content-Type": type,
      "Content-Security-Policy": policy(oidc ? [oidc.url, state.storage] : []),
      "Cache-Control": "no-store",
      ...headers,
    });
    response.end(content);
  });
  await once(server.listen(0), "listening");
  const { port } = /** @type {AddressInfo} */ (server.address());
  state.storage = `http://localhost:${port}`;
  oidc?.state.homes.push(`http://127.0.0.1:${port}/`);
  function stop() {
    server.closeAllConnections();
    server.close();
  }

  return { state, url: `http://127.0.0.1:${port}/`, stop };
}

/**
 * @typedef {Awaited<ReturnType<typeof startStandIn>>["state"]} State
 * @param {State} state
 * @param {IncomingMessage} request
 * @param {string} body
 * @returns {Promise<Answer>}
 */
async function answer(state, request, body) {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://fixture");
  const broken = state.broken.get(pathname);
  if (broken) return problem(broken, "Broken", "This is broken for now.");
  if (pathname === "/config.json")
    return json(200, { api: "/api", stage: "test", ...(state.oidc && { signIn: state.oidc.settings }) });
  if (pathname.startsWith("/stored/")) return stored(request, pathname);
  if (pathname === "/genome.fa.gz") return { status: 200, type: "application/gzip", body: gzipSync(state.fasta) };
  if (pathname === "/storage") return store(state, body);
  const [, api, kind = "", id = "", part = "", target = ""] = pathname.split("/");
  if (api !== "api") return file(pathname);
  if (kind === "about") return json(200, { ...ABOUT, mailDomains: state.mailDomains });
  const user = state.oidc?.state.access.get((request.headers.authorization ?? "").replace(/^Bearer /, ""));
  if (state.oidc && !user) return problem(401, "Unauthorized", "Sign in; this request has no token that is valid");
  if (kind === "genomes" && id === "search") return search(searchParams.get("q") ?? "");
  if (kind === "genomes") return answerGenomes(state, request.method, id, part, body, searchParams);
  if (request.method === "POST") return createJob(state, body, user);
  if (!id) return json(200, jobsOf(state, user, searchParams));
  const found = state.jobs.get(id);
  const mine = found?.owner === user;
  const entry = mine || found?.job.shared ? found : undefined;
  if (entry && !mine && request.method !== "GET")
    return problem(403, "Forbidden", `The job ${id} belongs to another user; ask its owner or an administrator`);
  if (request.method === "DELETE" && entry) {
    if (part === "email") entry.job.mailDue = false;
    else entry.gone = true;
    return { status: 204, type: "text/plain", body: "" };
  }
  if (!entry) return problem(404, "Not Found", `There is no job ${id}; it may have expired`);
  if (entry.gone) return problem(410, "Gone", `The job ${id} was deleted, with its query and results`);
  if (request.method === "PATCH") entry.job.shared = JSON.parse(body).shared;
  if (!part) return json(200, { ...step(state, entry), mine: mine && user !== undefined });
  if (part === "query")
    return entry.query
      ? { status: 200, type: "text/x-fasta", body: asSearched(entry.query) }
      : problem(404, "Not Found", `The query of job ${id} is deleted.`);
  // What is large, and workbooks, are elsewhere.
  if (part === "export" && state.oidc && searchParams.get("format") === "xlsx")
    return { status: 303, type: "text/plain", body: "", headers: { Location: `${state.storage}/stored/${id}` } };
  if (part === "export") return { status: 200, type: "text/csv", body: csv(entry.targets) };
  if (target) return json(200, offTargetsOf(id, /** @type {Target} */ (entry.targets[Number(target) - 1])));
  const from = Number(searchParams.get("cursor") ?? 1) - 1;
  const to = from + Number(searchParams.get("limit") ?? 100);
  /** @type {TargetsPage} */
  const page = {
    jobId: id,
    status: entry.job.status,
    guides: entry.targets.length,
    targets: entry.targets.slice(from, to),
    next: to < entry.targets.length ? String(to + 1) : null,
  };
  return json(200, page);
}

/**
 * @param {State} state
 * @param {string | undefined} method
 * @param {string} id
 * @param {string} part
 * @param {string} body
 * @param {URLSearchParams} searchParams
 */
function answerGenomes(state, method, id, part, body, searchParams) {
  if (method === "GET" && !id) {
    const ids = [...state.genomes.keys()].toSorted().filter((each) => each >= (searchParams.get("cursor") ?? ""));
    const limit = Number(searchParams.get("limit") ?? 100);
    const page = ids.slice(0, limit).map((each) => state.genomes.get(each));
    return json(200, { genomes: page, next: ids[limit] ?? null });
  }
  /** @type {GenomeFile} */
  const sequence = { part: "fasta", name: "genome.fa.gz", bytes: 100, url: "/genome.fa.gz" };
  if (method === "GET" && part) return json(200, { genome: id, files: [sequence] });
  if (method === "GET") return json(200, state.genomes.get(id));
  const { genome, name, annotation, shared = false } = JSON.parse(body);
  if (state.genomes.get(genome)?.state === "ready")
    return problem(409, "Conflict", `The genome ${genome} is ready; delete it first, or choose another id`);
  state.genomes.set(genome, genomeOf(genome, { name, shared, state: "uploading", annotated: Boolean(annotation) }));
  /** @param {string} name @returns {Upload} */
  const form = (name) => ({
    url: "/storage",
    fields: { key: `uploads/${genome}/${name}` },
    limit: 1_000_000,
    expires: "2026-11-20T11:00:00Z",
  });
  /** @type {AnnouncedGenome} */
  const announced = {
    genome,
    url: `/api/genomes/${genome}`,
    upload: form("genome"),
    annotationUpload: annotation ? form("annotation") : null,
  };
  return json(201, announced);
}

/**
 * Store an uploaded file. If it has no FASTA header, the preparation of its genome fails.
 * @param {State} state
 * @param {string} body
 */
function store(state, body) {
  state.uploads.push(body);
  const genome = state.genomes.get(/uploads\/([^/]+)\/genome/.exec(body)?.[1] ?? "");
  if (genome && !body.includes("\n>"))
    Object.assign(genome, {
      state: "failed",
      reason: "The genome's file is not FASTA: it does not begin with >. Upload another.",
    });
  return { status: 204, type: "text/plain", body: "" };
}

/**
 * Answer as S3 does for an address that is signed: a second proof of identity is refused.
 * @param {IncomingMessage} request
 * @param {string} pathname
 * @returns {Answer}
 */
function stored({ headers }, pathname) {
  const allowed = { "Access-Control-Allow-Origin": headers.origin ?? "*" };
  if (headers.authorization)
    return { status: 400, type: "application/xml", body: "<Code>InvalidArgument</Code>", headers: allowed };
  // As a workbook begins.
  return { status: 200, type: "application/octet-stream", body: `PK of ${pathname}`, headers: allowed };
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
 * @param {string} [owner]
 */
function createJob(state, body, owner) {
  const {
    fasta,
    sequence,
    guides,
    region,
    genome,
    options,
    email,
    shared = false,
  } = /** @type {NewJob} */ (JSON.parse(body));
  const assembly = ASSEMBLIES.find(({ accession }) => accession === genome);
  if (assembly)
    state.genomes.set(
      genome,
      genomeOf(genome, {
        source: "accession",
        organism: assembly.organism,
        state: "preparing",
        annotated: true,
        began: new Date().toISOString(),
        expectedSeconds: assembly.expectedSeconds,
        progress: { part: "fasta", phase: "downloading", done: 0, total: assembly.bases },
      }),
    );
  if (!state.genomes.has(genome))
    return problem(404, "Not Found", `There is no genome ${genome}; upload it, or give an NCBI accession`);
  const jobId = `job${state.jobs.size + 1}`;
  const now = new Date().toISOString();
  const query = fasta ?? (region ? EXAMPLE.replace(/^>\S+/, `>${region}`) : `>query\n${sequence}`);
  const targets = Array.isArray(guides) ? scoreGuides(guides) : findTargets(fasta ?? sequence ?? query);
  if (state.genomes.get(genome)?.annotated)
    for (const target of targets) Object.assign(target, { gene: "tstA", feature: "exon" });
  const job = jobOf(jobId, {
    genome,
    organism: state.genomes.get(genome)?.organism ?? null,
    options: { consensus: options?.consensus ?? 2 },
    kind: guides ? "guides" : "sequence",
    region: region ?? null,
    mailDue: Boolean(email),
    shared,
    created: now,
    updated: now,
  });
  state.jobs.set(jobId, { job, targets, query, ...(owner && { owner }) });
  if (email) state.emails.push(email);
  /** @type {NewJobAnswer} */
  const created = { jobId, url: `/api/jobs/${jobId}`, mail: email ? "pending" : null };
  return json(202, created);
}

/**
 * Return a page of a user's jobs, the latest first.
 * @param {State} state
 * @param {string | undefined} user
 * @param {URLSearchParams} searchParams
 * @returns {JobsPage}
 */
function jobsOf({ jobs }, user, searchParams) {
  const own = [...jobs.values()].filter(({ owner, gone }) => owner === user && !gone).toReversed();
  const from = Number(searchParams.get("cursor") ?? 0);
  const to = from + Number(searchParams.get("limit") ?? 20);
  const page = own.slice(from, to).map(({ job }) => {
    const { jobId, kind, region, genome, status, progress, shared, created, expires } = job;
    return { jobId, kind, region, genome, status, guides: progress.guides, shared, created, expires };
  });
  return { jobs: page, next: to < own.length ? String(to) : null };
}

/**
 * Return the job as it is now, and advance it by a step.
 * @param {State} state
 * @param {Entry} entry
 */
function step(state, entry) {
  const { job, targets } = entry;
  const shown = structuredClone(job);
  if (state.held) return shown;
  const genome = state.genomes.get(job.genome);
  if (genome?.state === "failed") Object.assign(job, { status: "failed", reason: genome.reason });
  else if (job.status === "queued") job.status = genome?.state === "ready" ? "scanning" : "preparing";
  else if (job.status === "preparing" && genome) {
    const { progress } = genome;
    if (progress?.phase === "downloading")
      genome.progress =
        progress.done === 0
          ? { ...progress, done: progress.total / 4 }
          : { part: "fasta", phase: "annotating", done: 0, total: 0 };
    else genome.done.push(genome.parts.find((part) => !genome.done.includes(part)) ?? "");
    if (genome.done.length === genome.parts.length) {
      Object.assign(genome, { state: "ready", updated: new Date().toISOString() });
      job.status = "scanning";
    }
  } else if (job.status === "scanning") {
    job.status = "scoring";
    job.progress = { guides: targets.length, consensusDone: 0, offTargetDone: 0 };
  } else if (job.status === "scoring") {
    const { progress } = job;
    progress.consensusDone = progress.offTargetDone;
    progress.offTargetDone = Math.min(targets.length, progress.offTargetDone + Math.ceil(targets.length / 2));
    if (progress.consensusDone === targets.length) job.status = "complete";
    job.updated = new Date().toISOString();
  }
  return shown;
}

/**
 * Return a query as the API does: names without descriptions, letters in upper case.
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
