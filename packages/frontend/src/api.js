/**
 * @import {About, AnnouncedGenome, Assembly, ExportFormat, Genome, GenomeFile, Job, NewJob, NewJobAnswer, OffTargets, TargetsPage} from "./types.js"
 */

/** API Gateway refuses what is too large for it by itself, without a problem document. */
const TOO_LARGE =
  "The request is larger than the service accepts (6 MB). Split the query, or enter a region of the genome.";

/** A request failed or was refused. `status` is 0 if there was no answer. */
export class ApiError extends Error {
  /**
   * @param {string} title
   * @param {string} detail a sentence for the user
   * @param {number} status
   */
  constructor(title, detail, status) {
    super(detail);
    this.title = title;
    this.status = status;
  }

  /** Whether the same request may succeed a little later. */
  get transient() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** The REST API. */
export class Api {
  /**
   * Requested once: several parts of the page need it, and it changes only with a deployment.
   * @type {Promise<About> | null}
   */
  #about = null;

  /**
   * @param {string} base address of the API, without a slash at the end
   * @param {typeof fetch} send
   */
  constructor(base, send = (...request) => fetch(...request)) {
    this.base = base;
    this.send = send;
  }

  /** @returns {Promise<{genomes: Genome[]}>} */
  genomes() {
    return this.#call("/genomes");
  }

  /**
   * @param {string} id
   * @returns {Promise<Genome>}
   */
  genome(id) {
    return this.#call(`/genomes/${encodeURIComponent(id)}`);
  }

  /**
   * Search NCBI's assemblies by organism or accession.
   * @param {string} text
   * @param {AbortSignal} signal
   * @returns {Promise<{genomes: Assembly[]}>}
   */
  searchGenomes(text, signal) {
    return this.#call(`/genomes/search?${new URLSearchParams({ q: text })}`, { signal });
  }

  /**
   * Return the files that the preparation of a genome has made.
   * @param {string} id
   * @returns {Promise<{files: GenomeFile[]}>}
   */
  genomeFiles(id) {
    return this.#call(`/genomes/${encodeURIComponent(id)}/files`);
  }

  /**
   * Announce the upload of a genome. The answer has the forms for its files.
   * @param {string} genome
   * @param {string} name
   * @param {boolean} annotation whether an annotation will be uploaded too
   * @returns {Promise<AnnouncedGenome>}
   */
  announceGenome(genome, name, annotation) {
    return this.#call("/genomes", { body: { genome, name, ...(annotation && { annotation }) } });
  }

  /** @returns {Promise<About>} */
  about() {
    this.#about ??= this.#call("/about").catch((error) => {
      this.#about = null;
      throw error;
    });
    return this.#about;
  }

  /**
   * @param {NewJob} job
   * @returns {Promise<NewJobAnswer>}
   */
  createJob(job) {
    return this.#call("/jobs", { body: job });
  }

  /**
   * @param {string} id
   * @returns {Promise<Job>}
   */
  job(id) {
    return this.#call(`/jobs/${encodeURIComponent(id)}`);
  }

  /**
   * @param {string} id
   * @param {string | null} cursor
   * @param {number} limit
   * @returns {Promise<TargetsPage>}
   */
  targets(id, cursor, limit) {
    const query = new URLSearchParams({ limit: String(limit), ...(cursor && { cursor }) });
    return this.#call(`/jobs/${encodeURIComponent(id)}/targets?${query}`);
  }

  /**
   * Return the query of a job as FASTA.
   * @param {string} id
   * @param {AbortSignal} signal
   */
  async query(id, signal) {
    return (await this.#request(this.#pathOfQuery(id), { signal })).text();
  }

  /**
   * Return the address of a job's query, for a link that downloads it.
   * @param {string} id
   */
  queryAddress(id) {
    return this.base + this.#pathOfQuery(id);
  }

  /** @param {string} id */
  #pathOfQuery(id) {
    return `/jobs/${encodeURIComponent(id)}/query`;
  }

  /**
   * @param {string} id
   * @param {number} target
   * @returns {Promise<OffTargets>}
   */
  offTargets(id, target) {
    return this.#call(`/jobs/${encodeURIComponent(id)}/targets/${target}/offtargets`);
  }

  /**
   * Return the address of a job's results in a format, for a link that downloads them.
   * @param {string} id
   * @param {ExportFormat["format"]} format
   */
  exportAddress(id, format) {
    return `${this.base}/jobs/${encodeURIComponent(id)}/export?format=${format}`;
  }

  /**
   * @param {string} path
   * @param {{body?: object, signal?: AbortSignal}} [more]
   * @returns {Promise<any>}
   */
  async #call(path, more) {
    const response = await this.#request(path, more);
    // A gateway in front of the API may answer with a page instead of JSON.
    return (await response.json().catch(() => null)) ?? refuse(response, null);
  }

  /**
   * @param {string} path
   * @param {{body?: object, signal?: AbortSignal}} [more] a body is sent as JSON by POST; without one the method is GET
   * @returns {Promise<Response>}
   * @throws {ApiError} if the answer is not a success
   */
  async #request(path, { body, signal } = {}) {
    const headers = { Accept: "application/json", ...(body && { "Content-Type": "application/json" }) };
    const request = { headers, ...(body && { method: "POST", body: JSON.stringify(body) }), ...(signal && { signal }) };
    let response;
    try {
      response = await this.send(this.base + path, request);
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new ApiError("No connection", "The service cannot be reached. Check the connection.", 0);
    }
    return response.ok ? response : refuse(response, await response.json().catch(() => null));
  }
}

/**
 * @param {Response} response
 * @param {{title?: string, detail?: string} | null} problem the body of the answer, if there is any
 * @returns {never}
 */
function refuse({ status }, problem) {
  throw new ApiError(
    problem?.title ?? `Error ${status}`,
    problem?.detail ?? (status === 413 ? TOO_LARGE : "The service answered in an unexpected way."),
    status,
  );
}
