import assert from "node:assert/strict";
import { test } from "node:test";
import { Api, ApiError } from "../../src/api.js";
import { follow } from "../../src/model/follow.js";
import { readOffTargets } from "../../src/model/read-off-targets.js";
import { readTargets } from "../../src/model/read-targets.js";
import { manyTargets } from "../support/targets.js";

/** @param {(path: string, request: RequestInit) => Response | Promise<Response>} answer */
const apiOf = (answer) => new Api("/api", async (path, request) => answer(String(path), request ?? {}));

test("a job is sent as JSON, and ids are escaped in addresses", async () => {
  /** @type {unknown[]} */
  const sent = [];
  const api = apiOf((path, { method, body }) => {
    sent.push([path, method, body]);
    return Response.json({ jobId: "1" }, { status: 202 });
  });
  await api.createJob({ sequence: "ACGT", genome: "g", options: { consensus: 2 } });
  await api.genome("a/b");
  assert.deepEqual(sent, [
    ["/api/jobs", "POST", '{"sequence":"ACGT","genome":"g","options":{"consensus":2}}'],
    ["/api/genomes/a%2Fb", "GET", undefined],
  ]);
  assert.equal(api.exportAddress("1", "gff3"), "/api/jobs/1/export?format=gff3");
});

test("a user's jobs are read in pages, and shared by their owner", async () => {
  /** @type {unknown[]} */
  const sent = [];
  const api = apiOf((path, { method, body }) => {
    sent.push([path, method, body]);
    return Response.json({ jobs: [], next: null });
  });
  const { signal } = new AbortController();
  await api.jobs(null, signal);
  await api.jobs("12-ab", signal);
  await api.shareJob("a/b", false);
  await api.announceGenome("mine", "mine.fa", false, true);
  await api.announceGenome("mine", "mine.fa", true, false);
  assert.deepEqual(sent, [
    ["/api/jobs?limit=10", "GET", undefined],
    ["/api/jobs?limit=10&cursor=12-ab", "GET", undefined],
    ["/api/jobs/a%2Fb", "PATCH", '{"shared":false}'],
    ["/api/genomes", "POST", '{"genome":"mine","name":"mine.fa","shared":true}'],
    ["/api/genomes", "POST", '{"genome":"mine","name":"mine.fa","annotation":true}'],
  ]);
});

test("times are those of the service, wherever the clock of this machine stands", async () => {
  let date = new Date().toUTCString();
  const api = apiOf(() => Response.json({}, { headers: date ? { Date: date } : {} }));
  const ahead = () => Math.round((api.now() - Date.now()) / 1000);
  await api.job("7");
  assert.equal(ahead(), 0, "the same, but for what a date in seconds leaves open");
  date = new Date(Date.now() + 600_000).toUTCString();
  await api.job("7");
  assert.ok(Math.abs(ahead() - 600) <= 1, `${ahead()} s`);
  date = "";
  await api.job("7");
  assert.ok(Math.abs(ahead() - 600) <= 1, "an answer without a date leaves it");
  date = new Date(Date.now() - 3_600_000).toUTCString();
  await api.job("7");
  assert.ok(Math.abs(ahead() + 3600) <= 1, `${ahead()} s`);
});

test("problem details become an error for the user", async () => {
  const api = apiOf(() =>
    Response.json({ title: "Not Found", detail: "There is no job 7.", status: 404 }, { status: 404 }),
  );
  await assert.rejects(api.job("7"), {
    title: "Not Found",
    message: "There is no job 7.",
    status: 404,
    transient: false,
  });
});

test("an answer that is not JSON, and no answer, are transient errors", async () => {
  await assert.rejects(apiOf(() => new Response("<html>", { status: 502 })).job("7"), {
    title: "Error 502",
    transient: true,
  });
  await assert.rejects(apiOf(() => Promise.reject(new TypeError("offline"))).job("7"), {
    title: "No connection",
    status: 0,
    transient: true,
  });
});

/**
 * Return an API that answers with these statuses in turn, and the pauses that it made.
 * @param {[number, Record<string, string>?][]} answers
 */
function troubled(answers) {
  /** @type {number[]} */
  const pauses = [];
  const send = async () => {
    const [status, headers = {}] = answers.shift() ?? [200];
    const detail = "Searching the index: 2 of 4 files are done";
    return Response.json({ genomes: [], next: null, title: "Busy", detail }, { status, headers });
  };
  return { api: new Api("/api", send, async (pause) => void pauses.push(pause)), pauses };
}

test("a request is repeated after a pause, and after the one that the service asks for", async () => {
  const { api, pauses } = troubled([[503], [429, { "Retry-After": "3" }]]);
  assert.deepEqual(await api.genomes(), []);
  assert.deepEqual(pauses, [500, 3000]);
  const tomorrow = troubled([[429, { "Retry-After": "3600" }]]);
  await assert.rejects(tomorrow.api.genomes(), { status: 429 });
  assert.deepEqual(tomorrow.pauses, [], "nobody waits for an hour");
});

test("off-targets are asked for until they are there", async () => {
  const { api, pauses } = troubled([[503, { "Retry-After": "1" }], [504]]);
  /** @type {(string | null)[]} */
  const told = [];
  await readOffTargets(api, "7", 3, new AbortController().signal, (state) => void told.push(state));
  assert.deepEqual(pauses, [1000, 2000]);
  assert.deepEqual(told, ["Searching the index: 2 of 4 files are done", null]);
  const long = troubled(Array.from({ length: 100 }, () => [503, { "Retry-After": "2" }]));
  await readOffTargets(long.api, "7", 3, new AbortController().signal, () => {});
  assert.equal(long.pauses.length, 100, "a list that is being made is waited for");
  const never = troubled(Array.from({ length: 20 }, () => [503]));
  await assert.rejects(
    readOffTargets(never.api, "7", 3, new AbortController().signal, () => {}),
    { status: 503 },
  );
  assert.equal(never.pauses.length, 11);
  const refused = troubled([[409]]);
  await assert.rejects(
    readOffTargets(refused.api, "7", 3, new AbortController().signal, () => {}),
    { status: 409 },
  );
});

test("off-targets are not asked for again once the dialog is closed", async () => {
  const { api, pauses } = troubled([[503], [200]]);
  const leaving = new AbortController();
  await assert.rejects(
    readOffTargets(api, "7", 3, leaving.signal, () => leaving.abort()),
    { name: "AbortError" },
  );
  assert.equal(pauses.length, 1);
});

test("all pages of the genomes are read", async () => {
  /** @type {string[]} */
  const asked = [];
  const pages = [
    { genomes: [{ genome: "a" }], next: "b" },
    { genomes: [{ genome: "b" }], next: null },
  ];
  const api = new Api("/api", async (address) => {
    asked.push(String(address));
    return Response.json(pages.shift());
  });
  assert.deepEqual(
    (await api.genomes()).map(({ genome }) => genome),
    ["a", "b"],
  );
  assert.deepEqual(asked, ["/api/genomes?limit=200", "/api/genomes?limit=200&cursor=b"]);
});

test("a request that goes on failing, or is refused, is not repeated for ever", async () => {
  const failing = troubled([[500], [502], [504], [200]]);
  await assert.rejects(failing.api.genomes(), { status: 504 });
  assert.equal(failing.pauses.length, 2);
  const refused = troubled([[404], [200]]);
  await assert.rejects(refused.api.genomes(), { status: 404 });
  assert.deepEqual(refused.pauses, []);
});

test("a job is sent again only if it certainly did not arrive", async () => {
  const job = { sequence: "ACGT", genome: "g" };
  const throttled = troubled([[429]]);
  await throttled.api.createJob(job);
  assert.equal(throttled.pauses.length, 1);
  await assert.rejects(troubled([[504], [202]]).api.createJob(job), { status: 504 });
});

test("the gateway's own refusal of a large request says what helps", async () => {
  const api = apiOf(() => Response.json({ message: "Request Too Long" }, { status: 413 }));
  await assert.rejects(api.createJob({ sequence: "ACGT", genome: "g" }), {
    status: 413,
    message: /6 MB.*Split the query, or enter a region/,
  });
});

test("a query is text, and refused with its problem", async () => {
  const { signal } = new AbortController();
  assert.equal(
    await apiOf((path) => new Response(`>${path}\nACGT\n`)).query("a/b", signal),
    ">/api/jobs/a%2Fb/query\nACGT\n",
  );
  const refused = apiOf(() =>
    Response.json({ title: "Conflict", detail: "The job is of guides.", status: 409 }, { status: 409 }),
  );
  await assert.rejects(refused.query("7", signal), {
    title: "Conflict",
    message: "The job is of guides.",
    status: 409,
  });
});

test("targets are read page by page", async () => {
  const all = manyTargets(2500);
  /** @type {(string | null)[]} */
  const cursors = [];
  const api = apiOf((path) => {
    const query = new URL(path, "http://x").searchParams;
    cursors.push(query.get("cursor"));
    const from = Number(query.get("cursor") ?? 1) - 1;
    const to = from + Number(query.get("limit"));
    return Response.json({
      guides: all.length,
      targets: all.slice(from, to),
      next: to < all.length ? String(to + 1) : null,
    });
  });
  assert.deepEqual(await readTargets(api, "1", null, Infinity, () => {}), { targets: all, next: null });
  assert.deepEqual(cursors, [null, "1001", "2001"]);
  const { targets, next } = await readTargets(api, "1", null, 1500, () => {});
  assert.deepEqual([targets.length, next], [2000, "2001"]);
});

test("following continues after transient failures, with growing pauses, until it is finished", async () => {
  const answers = [1, new ApiError("Busy", "", 503), 2, new ApiError("Busy", "", 429, 7000), 3];
  /** @type {unknown[]} */
  const seen = [];
  /** @type {number[]} */
  const pauses = [];
  await follow(
    {
      read: async () => {
        const next = answers.shift();
        if (next instanceof Error) throw next;
        return next;
      },
      show: (value) => void seen.push(value),
      isFinished: (value) => value === 3,
      onTrouble: (error) => void seen.push(error.title),
    },
    new AbortController().signal,
    async (pause) => void pauses.push(pause),
  );
  assert.deepEqual(seen, [1, "Busy", 2, "Busy", 3]);
  assert.equal(pauses.length, 4);
  assert.equal(pauses.pop(), 7000, "as long as the service asks for");
  assert.ok(pauses.every((pause, index) => index === 0 || pause > Number(pauses[index - 1])));
});

test("following ends with a refusal, and silently when it is aborted", async () => {
  const refused = new ApiError("Not Found", "", 404);
  const nothing = { show: () => assert.fail(), isFinished: () => false, onTrouble: () => assert.fail() };
  await assert.rejects(
    follow({ ...nothing, read: () => Promise.reject(refused) }, new AbortController().signal),
    refused,
  );
  const leaving = new AbortController();
  await follow({ ...nothing, read: async () => leaving.abort() }, leaving.signal);
});
