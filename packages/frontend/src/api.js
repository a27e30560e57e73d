/**
 * @import {About, AnnouncedGenome, Assembly, ExportFormat, Genome, GenomeFile, Job, JobsPage, NewJob, NewJobAnswer, OffTargets, TargetsPage} from "./types.js"
 */

/** In milliseconds, before each repetition of a request that may succeed a little later. */
const PAUSES = [500, 1500];
/** In milliseconds. A user waits no longer, whatever the service asks for. */
const LONGEST_PAUSE = 10_000;
/** In milliseconds. An answer is dated to the second, and takes a while to arrive. */
const SAME_TIME = 5000;
/** The most genomes that a page of their list may have. */
const GENOMES_PAGE = 200;
/** The most jobs that a page of their list may have. */
const JOBS_PAGE = 10;

/**
 * Title and detail, by status, of what API Gateway refuses by itself, without a problem document.
 * @type {Record<number, [string, string]>}
 */
const REFUSALS = {
  401: ["Not signed in", "This service is for those who are signed in. Sign in, and try again."],
  403: ["Not allowed", "You may not do this here. Ask the people who run this service."],
  413: [
    "Error 413",
    "The request is larger than the service accepts (6 MB). Split the query, or enter a region of the genome.",
  ],
};

/**
 * Who is signed in, as far as the API needs to know.
 * @typedef {object} Signed
 * @property {{value: {name: string, isAdmin: boolean} | null}} user null if nobody is signed in
 * @property {() => Promise<string | null>} token null if nobody is signed in
 * @property {(refused: string) => Promise<string>} replace return a token instead of one that has been refused
 */

/** A request failed or was refused. `status` is 0 if there was no answer. */
export class ApiError extends Error {
  /**
   * @param {string} title
   * @param {string} detail a sentence for the user
   * @param {number} status
   * @param {number | null} [retryAfter] the milliseconds after which the service asks to repeat the request
   */
  constructor(title, detail, status, retryAfter = null) {
    super(detail);
    this.title = title;
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /** True if the same request may succeed a little later. */
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
  /** Milliseconds that the service's clock is ahead of this one, as far as answers have shown. */
  #ahead = 0;

  /**
   * @param {string} base address of the API, without a slash at the end
   * @param {typeof fetch} send
   * @param {typeof sleep} pause
   * @param {Signed | null} signed null if the deployment is open to everybody
   */
  constructor(base, send = (...request) => fetch(...request), pause = sleep, signed = null) {
    this.base = base;
    this.send = send;
    this.pause = pause;
    this.signed = signed;
  }

  /** Return the time by the service's clock, in milliseconds. The clock of a user's machine may be wrong by any time. */
  now() {
    return Date.now() + this.#ahead;
  }

  /**
   * Return the genomes of this deployment. Their pages are read one after the other.
   * @returns {Promise<Genome[]>}
   */
  async genomes() {
    /** @type {Genome[]} */
    const genomes = [];
    let next = null;
    do {
      const query = new URLSearchParams({ limit: String(GENOMES_PAGE), ...(next && { cursor: next }) });
      const page = await this.#call(`/genomes?${query}`);
      genomes.push(...page.genomes);
      next = page.next;
    } while (next !== null);
    return genomes;
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
   * @param {boolean} shared whether others may use it, where people sign in
   * @returns {Promise<AnnouncedGenome>}
   */
  announceGenome(genome, name, annotation, shared) {
    const body = { genome, name, ...(annotation && { annotation }), ...(shared && { shared }) };
    return this.#call("/genomes", { body });
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
   * Return a job. A failure is not repeated here, because the page reads a job again and again.
   * @param {string} id
   * @returns {Promise<Job>}
   */
  job(id) {
    return this.#call(`/jobs/${encodeURIComponent(id)}`, { pauses: [] });
  }

  /**
   * Return the jobs of whoever is signed in, the latest first.
   * @param {string | null} cursor
   * @param {AbortSignal} signal
   * @returns {Promise<JobsPage>}
   */
  jobs(cursor, signal) {
    const query = new URLSearchParams({ limit: String(JOBS_PAGE), ...(cursor && { cursor }) });
    return this.#call(`/jobs?${query}`, { signal });
  }

  /**
   * Let everybody who is signed in and has its link read a job, or no longer.
   * @param {string} id
   * @param {boolean} shared
   * @returns {Promise<Job>}
   */
  shareJob(id, shared) {
    return this.#call(`/jobs/${encodeURIComponent(id)}`, { method: "PATCH", body: { shared } });
  }

  /**
   * Delete a job with its query and results.
   * @param {string} id
   */
  async deleteJob(id) {
    await this.#request(`/jobs/${encodeURIComponent(id)}`, { method: "DELETE" });
  }

  /**
   * Withdraw the address that a job emails when it has finished.
   * @param {string} id
   */
  async withdrawEmail(id) {
    await this.#request(`/jobs/${encodeURIComponent(id)}/email`, { method: "DELETE" });
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
   * Return the off-targets of a guide. A failure is not repeated here; see readOffTargets().
   * @param {string} id
   * @param {number} target
   * @param {AbortSignal} signal
   * @returns {Promise<OffTargets>}
   */
  offTargets(id, target, signal) {
    return this.#call(`/jobs/${encodeURIComponent(id)}/targets/${target}/offtargets`, { signal, pauses: [] });
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
   * Return a file of the API, for somebody who is signed in: a link to its address would not tell who follows it.
   * @param {string} address of exportAddress() or queryAddress()
   */
  async file(address) {
    return (await this.#request(address.slice(this.base.length))).blob();
  }

  /**
   * @param {string} path
   * @param {{body?: object, method?: string, signal?: AbortSignal, pauses?: number[]}} [more]
   * @returns {Promise<any>}
   */
  async #call(path, more) {
    const response = await this.#request(path, more);
    // A gateway in front of the API may answer with a page instead of JSON.
    return (await response.json().catch(() => null)) ?? refuse(response, null);
  }

  /**
   * Send a request, and repeat it after a pause if it may succeed a little later.
   * @param {string} path
   * @param {object} [more]
   * @param {object} [more.body] sent as JSON
   * @param {string} [more.method] by default POST with a body, and GET without one
   * @param {AbortSignal} [more.signal]
   * @param {number[]} [more.pauses] one for each repetition
   * @returns {Promise<Response>}
   * @throws {ApiError} if the answer is not a success
   */
  async #request(path, { body, method = body ? "POST" : "GET", signal, pauses = PAUSES } = {}) {
    const headers = { Accept: "application/json", ...(body && { "Content-Type": "application/json" }) };
    const request = { headers, method, ...(body && { body: JSON.stringify(body) }), ...(signal && { signal }) };
    for (const pause of pauses) {
      try {
        return await this.#send(path, request);
      } catch (error) {
        // A POST that failed otherwise may have started a job.
        const repeatable = error instanceof ApiError && (body ? error.status === 429 : error.transient);
        const asked = repeatable ? (error.retryAfter ?? pause) : Infinity;
        if (asked > LONGEST_PAUSE) throw error; // nobody waits for so long, for example for the limits of the next day
        await this.pause(asked, signal);
      }
    }
    return this.#send(path, request);
  }

  /**
   * Send a request once, or once more with another token if the first has expired.
   * @param {string} path
   * @param {RequestInit} request
   * @returns {Promise<Response>}
   * @throws {ApiError} if the answer is not a success
   */
  async #send(path, request) {
    const token = (await this.signed?.token()) ?? null;
    let response = await this.#fetch(path, request, token);
    if (response.status === 401 && this.signed && token !== null)
      response = await this.#fetch(path, request, await this.signed.replace(token));
    return response.ok ? response : refuse(response, await response.json().catch(() => null));
  }

  /**
   * @param {string} path
   * @param {RequestInit} request
   * @param {string | null} token sent to the API only: browsers leave it out if they are redirected to another origin
   */
  async #fetch(path, request, token) {
    const headers = { ...request.headers, ...(token !== null && { Authorization: `Bearer ${token}` }) };
    try {
      const response = await this.send(this.base + path, { ...request, headers });
      this.#noteTime(response.headers.get("Date"));
      return response;
    } catch (error) {
      if (request.signal?.aborted) throw error;
      throw new ApiError("No connection", "The service cannot be reached. Check the connection.", 0);
    }
  }

  /** @param {string | null} date of an answer */
  #noteTime(date) {
    const time = Date.parse(date ?? "");
    if (Math.abs(time - this.now()) > SAME_TIME) this.#ahead = time - Date.now();
  }
}

/**
 * @param {Response} response
 * @param {{title?: string, detail?: string} | null} problem the body of the answer, if there is any
 * @returns {never}
 */
function refuse({ status, headers }, problem) {
  const seconds = headers.get("Retry-After");
  const [title, detail] = REFUSALS[status] ?? [`Error ${status}`, "The service answered in an unexpected way."];
  throw new ApiError(
    problem?.title ?? title,
    problem?.detail ?? detail,
    status,
    seconds !== null && /^\d+$/.test(seconds) ? Number(seconds) * 1000 : null,
  );
}

/**
 * Wait.
 * @param {number} milliseconds
 * @param {AbortSignal} [signal] ends the sleep early
 * @returns {Promise<void>}
 */
export function sleep(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    const wake = () => {
      clearTimeout(timer);
      resolve();
    };
    signal?.addEventListener("abort", wake, { once: true });
  });
}
