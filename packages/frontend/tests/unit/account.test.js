/** The session of a user: the code flow, its checks, and what happens when tokens expire. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { challengeOf, claimsOf, randomText } from "../../src/account/proof.js";
import { Provider } from "../../src/account/provider.js";
import { Session } from "../../src/account/session.js";
import { Api } from "../../src/api.js";
import { recallInTab, rememberInTab } from "../../src/model/storage.js";
import { startOidc } from "../support/oidc.js";

/**
 * @import {Oidc} from "../support/oidc.js"
 */

const HOME = "https://page.example/";
/** @type {Oidc} */
let oidc;

before(async () => {
  oidc = await startOidc();
  oidc.state.homes.push(HOME);
});
after(() => oidc.stop());
beforeEach(() => {
  for (const name of ["sessionStorage", "localStorage"])
    Object.defineProperty(globalThis, name, { value: storage(), configurable: true });
  Object.assign(oidc.state, { seconds: 3600, broken: false });
  oidc.state.grants.length = 0;
});

/** A storage of a browser: its own properties are what it stores. */
function storage() {
  const methods = {
    /** @param {string} name */
    getItem(name) {
      return /** @type {any} */ (this)[name] ?? null;
    },
    /** @param {string} name @param {string} text */
    setItem(name, text) {
      /** @type {any} */ (this)[name] = text;
    },
    /** @param {string} name */
    removeItem(name) {
      delete (/** @type {any} */ (this)[name]);
    },
  };
  return Object.create(methods);
}

/** @param {(session: Session) => Promise<boolean>} [askAgain] */
function sessionOf(askAgain = async () => assert.fail("nobody has to be asked")) {
  /** @type {Session} */
  const session = new Session(new Provider(oidc.settings, HOME), () => askAgain(session));
  return session;
}

/**
 * Sign in as a browser does.
 * @param {Session} session
 * @param {string} [user]
 * @param {(answer: URLSearchParams) => void} [change] what the service answers
 */
async function signIn(session, user = "ada@lab.example", change = () => {}) {
  const { attempt, address } = await session.begin("#/jobs/7");
  const back = await fetch(`${oidc.url}/login`, {
    method: "POST",
    body: new URLSearchParams({ query: new URL(address).search, user }),
    redirect: "manual",
  });
  const { origin, pathname, searchParams } = new URL(back.headers.get("Location") ?? "");
  assert.equal(origin + pathname, HOME);
  change(searchParams);
  await session.finish(attempt, searchParams);
}

test("the challenge is that of the standard's example (RFC 7636, appendix B)", async () => {
  assert.equal(
    await challengeOf("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
  );
});

test("random texts are long enough for a verifier, and differ", () => {
  const texts = Array.from({ length: 50 }, randomText);
  assert.equal(new Set(texts).size, 50);
  for (const text of texts) assert.match(text, /^[\w-]{43}$/);
});

test("claims are read as UTF-8, and what is no token has none", () => {
  const part = Buffer.from(JSON.stringify({ name: "Zoë ÿ?>" })).toString("base64url");
  assert.deepEqual(claimsOf(`e30.${part}.x`), { name: "Zoë ÿ?>" });
  for (const wrong of ["", "a.b", "e30.!.x"]) assert.deepEqual(claimsOf(wrong), {});
});

test("a user signs in, and the API gets the access token", async () => {
  const session = sessionOf();
  assert.equal(await session.token(), null);
  await signIn(session);
  assert.deepEqual(session.user.value, { id: "id of ada@lab.example", name: "ada@lab.example", isAdmin: false });
  assert.equal(oidc.state.access.get((await session.token()) ?? ""), "ada@lab.example");
  assert.deepEqual(oidc.state.grants, ["authorization_code"]);
});

test("an administrator is known by the group", async () => {
  const session = sessionOf();
  await signIn(session, "admin@lab.example");
  assert.ok(session.user.value?.isAdmin);
});

test("an answer to another sign-in, a refusal, a wrong verifier and another nonce sign nobody in", async () => {
  const session = sessionOf();
  const rejected = (/** @type {Promise<void>} */ promise, /** @type {RegExp} */ message) =>
    assert.rejects(promise, { name: "Error", message });
  await rejected(
    signIn(session, "eve", (answer) => answer.set("state", "of another")),
    /belongs to another sign-in/,
  );
  assert.deepEqual(oidc.state.grants, [], "the code of another is not even exchanged");
  await rejected(
    signIn(session, "", () => {}),
    /refused: access_denied/,
  );
  await rejected(
    signIn(session, "eve", (answer) => answer.set("code", "guessed")),
    /refused \(invalid_grant\)/,
  );
  const { attempt, address } = await session.begin("");
  const back = await fetch(`${oidc.url}/login`, {
    method: "POST",
    body: new URLSearchParams({ query: new URL(address).search, user: "eve" }),
    redirect: "manual",
  });
  const answer = new URL(back.headers.get("Location") ?? "").searchParams;
  await rejected(session.finish({ ...attempt, verifier: randomText() }, answer), /refused \(invalid_grant\)/);
  oidc.state.nonce = "of another";
  await rejected(signIn(session, "eve"), /identity belongs to another sign-in/);
  assert.equal(session.user.value, null);
  assert.equal(recallInTab("refresh-token"), "");
});

test("an identity for another client signs nobody in", async () => {
  const session = sessionOf();
  const { attempt } = await session.begin("");
  session.provider.exchange = async () => ({
    id: `e30.${Buffer.from(JSON.stringify({ sub: "1", aud: "other", nonce: attempt.nonce })).toString("base64url")}.x`,
    access: "a",
    refresh: "r",
    seconds: 60,
  });
  await assert.rejects(session.finish(attempt, new URLSearchParams({ state: attempt.state, code: "c" })), {
    message: /not for this page/,
  });
  assert.equal(await session.token(), null);
});

test("the attempt that leaves the page is kept once, and a browser that stores nothing is told of", async () => {
  const session = sessionOf();
  const { attempt } = await session.begin("#/jobs/7");
  session.keep(attempt);
  assert.deepEqual(sessionOf().takeKept(), attempt);
  assert.equal(sessionOf().takeKept(), null);
  Object.defineProperty(globalThis, "sessionStorage", { value: null, configurable: true });
  assert.throws(() => session.keep(attempt), { message: /stores nothing for this page/ });
});

test("without HTTPS, where browsers have no cryptography, the reason is told", async () => {
  const { crypto } = globalThis;
  Object.defineProperty(globalThis, "crypto", { value: { ...crypto, subtle: undefined }, configurable: true });
  await assert.rejects(sessionOf().begin(""), { message: /only by HTTPS, or at localhost/ });
  Object.defineProperty(globalThis, "crypto", { value: crypto, configurable: true });
});

test("a reload goes on with the session; only the refresh token is stored", async () => {
  const before = sessionOf();
  await signIn(before);
  const access = (await before.token()) ?? "";
  assert.ok(!JSON.stringify([sessionStorage, localStorage]).includes(access), "the access token is in memory only");
  const reloaded = sessionOf();
  await reloaded.resume();
  assert.equal(reloaded.user.value?.name, "ada@lab.example");
  assert.notEqual(await reloaded.token(), access);
});

test("a reload while the service does not answer loses nothing", async () => {
  await signIn(sessionOf());
  oidc.state.broken = true;
  const reloaded = sessionOf();
  await assert.rejects(reloaded.resume(), { status: 503, transient: true });
  oidc.state.broken = false;
  await reloaded.resume();
  assert.equal(reloaded.user.value?.name, "ada@lab.example");
});

test("a reload after the session has ended asks nobody, and forgets its token", async () => {
  await signIn(sessionOf());
  oidc.state.expire();
  const reloaded = sessionOf();
  await reloaded.resume();
  assert.equal(reloaded.user.value, null);
  assert.equal(recallInTab("refresh-token"), "");
});

test("a token that is about to expire is replaced, once for all requests", async () => {
  oidc.state.seconds = 0;
  const session = sessionOf();
  await signIn(session);
  oidc.state.seconds = 3600;
  const tokens = await Promise.all([session.token(), session.token(), session.token()]);
  assert.equal(new Set(tokens).size, 1);
  assert.deepEqual(oidc.state.grants, ["authorization_code", "refresh_token"]);
});

test("a request whose token is refused is sent again with another, and to no other address", async () => {
  const session = sessionOf();
  await signIn(session);
  const first = await session.token();
  oidc.state.access.clear();
  /** @type {[string, string][]} */
  const sent = [];
  const api = new Api(
    "/api",
    async (path, request) => {
      const token = new Headers(request?.headers).get("Authorization")?.replace("Bearer ", "") ?? "";
      sent.push([String(path), token]);
      return oidc.state.access.has(token) ? Response.json({ jobId: "7" }) : Response.json({}, { status: 401 });
    },
    undefined,
    session,
  );
  assert.deepEqual(await api.job("7"), { jobId: "7" });
  assert.deepEqual(sent, [
    ["/api/jobs/7", first],
    ["/api/jobs/7", await session.token()],
  ]);
});

test("a token that the API goes on refusing is an error, not a loop", async () => {
  const session = sessionOf();
  await signIn(session);
  let asked = 0;
  const api = new Api(
    "/api",
    async () => {
      asked++;
      return Response.json({ message: "Unauthorized" }, { status: 401 });
    },
    undefined,
    session,
  );
  await assert.rejects(api.job("7"), {
    title: "Not signed in",
    message: /^This service is for those who are signed in/,
  });
  assert.equal(asked, 2);
});

test("when the session has ended the user is asked once, and the requests that waited go on", async () => {
  let asked = 0;
  const session = sessionOf(async (ended) => {
    asked++;
    await signIn(ended);
    return true;
  });
  await signIn(session);
  oidc.state.expire();
  const refused = (await session.token()) ?? "";
  const tokens = await Promise.all([session.replace(refused), session.replace(refused)]);
  assert.equal(asked, 1);
  assert.equal(new Set(tokens).size, 1);
  assert.equal(oidc.state.access.get(tokens[0] ?? ""), "ada@lab.example");
  assert.equal(await session.replace(refused), tokens[0], "a request that comes late takes the new token");
});

test("a user who does not sign in again gets an error, and is asked again by the next request", async () => {
  let asked = 0;
  const session = sessionOf(async () => {
    asked++;
    return false;
  });
  await signIn(session);
  oidc.state.expire();
  await assert.rejects(session.replace((await session.token()) ?? ""), { status: 401, message: /session has ended/ });
  await assert.rejects(session.token(), { status: 401 });
  assert.equal(asked, 2);
});

test("a page that shows one user's things is not taken over by another", async () => {
  const session = sessionOf(async (ended) => {
    await assert.rejects(signIn(ended, "bob@lab.example"), { message: /signed in as bob.* this page is ada.*’s/ });
    return false;
  });
  await signIn(session);
  oidc.state.expire();
  await assert.rejects(session.replace((await session.token()) ?? ""), { status: 401 });
  assert.equal(session.user.value?.name, "ada@lab.example");
});

test("another user of the same browser finds nothing of the one before", async () => {
  await signIn(sessionOf());
  rememberInTab("query", "ACGT");
  rememberInTab("refresh-token", "");
  await signIn(sessionOf(), "ada@lab.example");
  assert.equal(recallInTab("query"), "ACGT", "the same user finds what they entered");
  rememberInTab("refresh-token", "");
  await signIn(sessionOf(), "bob@lab.example");
  assert.equal(recallInTab("query"), "");
});

test("signing out forgets the user and what the page has stored, and revokes the refresh token", async () => {
  const session = sessionOf();
  await signIn(session);
  rememberInTab("query", "ACGT");
  localStorage.setItem("another page", "stays");
  const refresh = recallInTab("refresh-token");
  assert.ok(oidc.state.refresh.has(refresh));
  await session.close();
  assert.equal(session.user.value, null);
  assert.equal(await session.token(), null);
  assert.ok(!oidc.state.refresh.has(refresh));
  assert.deepEqual({ ...sessionStorage }, {});
  assert.deepEqual({ ...localStorage }, { "another page": "stays" });
});

test("who signs out while a token is renewed stays signed out", async () => {
  const session = sessionOf();
  await signIn(session);
  const { provider } = session;
  const refresh = provider.refresh.bind(provider);
  provider.refresh = async (token) => {
    const tokens = await refresh(token);
    await session.close();
    return tokens;
  };
  await assert.rejects(session.replace((await session.token()) ?? ""), { status: 401 });
  assert.equal(session.user.value, null);
});
