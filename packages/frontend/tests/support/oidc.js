/** A small stand-in for the service that signs users in: the code flow with PKCE, refresh tokens and a cookie of its own. */
import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

/**
 * @import {IncomingMessage} from "node:http"
 * @import {AddressInfo} from "node:net"
 */

const CLIENT = "page-client";

/** @typedef {{status: number, headers?: Record<string, string>, body?: string}} Answer */

export async function startOidc() {
  const state = {
    /**
     * The addresses that a sign-in may return to.
     * @type {string[]}
     */
    homes: [],
    /** Seconds for which access tokens are valid. */
    seconds: 3600,
    /**
     * The users of valid access and refresh tokens.
     * @type {Map<string, string>}
     */
    access: new Map(),
    /** @type {Map<string, string>} */
    refresh: new Map(),
    /** Every grant that was asked for. @type {string[]} */
    grants: [],
    /** The codes that wait for their exchange. @type {Map<string, URLSearchParams & {user?: string}>} */
    codes: new Map(),
    /** True if the token endpoint fails. */
    broken: false,
    /** Replaces the nonce of the next identity. @type {string | null} */
    nonce: null,
    /** End all sessions, as their expiry does. */
    expire() {
      state.access.clear();
      state.refresh.clear();
    },
  };
  const server = createServer(async (request, response) => {
    const { status, headers = {}, body = "" } = answer(state, request, await read(request));
    response.writeHead(status, {
      "Access-Control-Allow-Origin": request.headers.origin ?? "*",
      "Cache-Control": "no-store",
      ...headers,
    });
    response.end(body);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${/** @type {AddressInfo} */ (server.address()).port}`;
  const settings = {
    authorize: `${url}/oauth2/authorize`,
    token: `${url}/oauth2/token`,
    logout: `${url}/logout`,
    revoke: `${url}/oauth2/revoke`,
    clientId: CLIENT,
  };
  function stop() {
    server.closeAllConnections();
    server.close();
  }

  return { state, url, settings, stop };
}

/**
 * @typedef {Awaited<ReturnType<typeof startOidc>>} Oidc
 * @typedef {Oidc["state"]} State
 */

/**
 * @param {State} state
 * @param {IncomingMessage} request
 * @param {URLSearchParams} form
 * @returns {Answer}
 */
function answer(state, request, form) {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://oidc");
  const known = /(?:^|; )user=([^;]+)/.exec(request.headers.cookie ?? "")?.[1];
  if (pathname === "/oauth2/authorize") return authorize(state, searchParams, known && decodeURIComponent(known));
  if (pathname === "/login") {
    const query = new URLSearchParams(form.get("query") ?? "");
    const user = form.has("cancelled") ? "" : (form.get("user") ?? "");
    const cookie = `user=${encodeURIComponent(user)}; Path=/; HttpOnly; SameSite=Lax`;
    return { status: 302, headers: { Location: back(state, query, user), "Set-Cookie": cookie } };
  }
  if (pathname === "/oauth2/token") return token(state, form);
  if (pathname === "/oauth2/revoke") {
    state.refresh.delete(form.get("token") ?? "");
    return { status: 200 };
  }
  if (pathname === "/logout") {
    const home = searchParams.get("logout_uri") ?? "";
    if (!state.homes.includes(home)) return { status: 400, body: `unknown logout_uri ${home}` };
    return { status: 302, headers: { Location: home, "Set-Cookie": "user=; Path=/; Max-Age=0" } };
  }
  return { status: 404 };
}

/**
 * @param {State} state
 * @param {URLSearchParams} query
 * @param {string | undefined} user
 * @returns {Answer}
 */
function authorize(state, query, user) {
  const wrong =
    query.get("client_id") !== CLIENT ||
    query.get("response_type") !== "code" ||
    query.get("code_challenge_method") !== "S256" ||
    query.get("scope") !== "openid email" ||
    !query.get("nonce") ||
    !state.homes.includes(query.get("redirect_uri") ?? "");
  if (wrong) return { status: 400, body: `not acceptable: ${query}` };
  if (user) return { status: 302, headers: { Location: back(state, query, user) } };
  const body = `<!doctype html><html lang="en"><title>Identity</title><form method="post" action="/login">
    <input type="hidden" name="query" value="${String(query).replaceAll("&", "&amp;")}">
    <label>Email <input name="user"></label><label>Password <input type="password"></label>
    <button>Sign in</button><button name="cancelled" value="yes">Cancel</button></form>`;
  return { status: 200, headers: { "Content-Type": "text/html" }, body };
}

/**
 * Return where the browser goes after the sign-in.
 * @param {State} state
 * @param {URLSearchParams} query
 * @param {string} user nobody if empty
 */
function back(state, query, user) {
  const answer = new URLSearchParams({ state: query.get("state") ?? "" });
  if (user) {
    const code = randomUUID();
    state.codes.set(code, Object.assign(query, { user }));
    answer.set("code", code);
  } else answer.set("error", "access_denied");
  return `${query.get("redirect_uri")}?${answer}`;
}

/**
 * @param {State} state
 * @param {URLSearchParams} form
 * @returns {Answer}
 */
function token(state, form) {
  const grant = form.get("grant_type") ?? "";
  state.grants.push(grant);
  if (state.broken) return { status: 503 };
  const refused = { status: 400, body: '{"error":"invalid_grant"}' };
  if (form.get("client_id") !== CLIENT) return refused;
  if (grant === "refresh_token") {
    const user = state.refresh.get(form.get("refresh_token") ?? "");
    return user ? issue(state, user, null) : refused;
  }
  assert.equal(grant, "authorization_code");
  const code = form.get("code") ?? "";
  const query = state.codes.get(code);
  state.codes.delete(code);
  const challenge = createHash("sha256")
    .update(form.get("code_verifier") ?? "")
    .digest("base64url");
  if (!query?.user || challenge !== query.get("code_challenge")) return refused;
  if (form.get("redirect_uri") !== query.get("redirect_uri")) return refused;
  const refresh = randomUUID();
  state.refresh.set(refresh, query.user);
  const nonce = state.nonce ?? query.get("nonce");
  state.nonce = null;
  return issue(state, query.user, nonce, refresh);
}

/**
 * @param {State} state
 * @param {string} user
 * @param {string | null} nonce
 * @param {string} [refresh]
 * @returns {Answer}
 */
function issue(state, user, nonce, refresh) {
  const part = (/** @type {object} */ value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const groups = user.startsWith("admin@") && { "cognito:groups": ["admin"] };
  const identity = {
    sub: `id of ${user}`,
    email: user,
    aud: CLIENT,
    token_use: "id",
    ...groups,
    ...(nonce && { nonce }),
  };
  const access = randomUUID();
  state.access.set(access, user);
  return {
    status: 200,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      id_token: `${part({ alg: "RS256" })}.${part(identity)}.signature`,
      access_token: access,
      expires_in: state.seconds,
      token_type: "Bearer",
      ...(refresh && { refresh_token: refresh }),
    }),
  };
}

/** @param {IncomingMessage} request */
async function read(request) {
  return new URLSearchParams(Buffer.concat(await request.toArray()).toString());
}
