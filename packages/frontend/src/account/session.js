import { ApiError } from "../api.js";
import { Observable } from "../model/observable.js";
import { forgetEverything, recall, recallInTab, remember, rememberInTab } from "../model/storage.js";
import { challengeOf, claimsOf, randomText } from "./proof.js";

/**
 * @import {Provider, Tokens} from "./provider.js"
 */

/**
 * @typedef {{id: string, name: string, isAdmin: boolean}} User
 * @typedef {{state: string, nonce: string, verifier: string, returnTo: string}} Attempt a sign-in that has begun; `returnTo` is a fragment
 */

/** The names in the tab's storage of the attempt that has left the page, and of the refresh token. */
const BEGUN = "sign-in";
const REFRESH = "refresh-token";
/** The name in the browser's storage of the last user's id. */
const LAST = "user";
/** The group of those who may delete what belongs to others. The API decides; the page only offers it. */
const ADMINS = "admin";
/** A token is used for this share of its life only, since a request takes a while too. */
const USED = 0.9;

/**
 * Who is signed in, with the tokens. Access tokens are in memory only; the refresh token is also in the tab's storage, so
 * that a reload does not end the session. It never reaches another tab, and ends with this one.
 */
export class Session {
  /** Null if nobody is signed in. A session that has ended keeps its user until another one begins. */
  user = new Observable(/** @type {User | null} */ (null));
  /** @type {{access: string, until: number} | null} */
  #current = null;
  #refresh = recallInTab(REFRESH);
  /** @type {Promise<string> | null} */
  #renewing = null;

  /**
   * @param {Provider} provider
   * @param {() => Promise<boolean>} askAgain asks the user to sign in again when the session has ended; false if they refuse
   */
  constructor(provider, askAgain) {
    this.provider = provider;
    this.askAgain = askAgain;
  }

  /**
   * Begin a sign-in.
   * @param {string} returnTo
   * @returns {Promise<{attempt: Attempt, address: string}>} what finish() needs, and the address to go to
   */
  async begin(returnTo) {
    if (!globalThis.crypto?.subtle)
      throw new ApiError(
        "Not secure",
        "Browsers let a page sign in only by HTTPS, or at localhost. Open the page at such an address.",
        0,
      );
    const attempt = { state: randomText(), nonce: randomText(), verifier: randomText(), returnTo };
    const { state, nonce, verifier } = attempt;
    return {
      attempt,
      address: this.provider.authorizeAddress({ state, nonce, challenge: await challengeOf(verifier) }),
    };
  }

  /**
   * Keep an attempt while the user is away at the sign-in service.
   * @param {Attempt} attempt
   */
  keep(attempt) {
    rememberInTab(BEGUN, JSON.stringify(attempt));
    if (!recallInTab(BEGUN))
      throw new ApiError(
        "Nothing can be stored",
        "This browser stores nothing for this page, which signing in needs. Allow it site data.",
        0,
      );
  }

  /**
   * Return the attempt that was kept, once.
   * @returns {Attempt | null}
   */
  takeKept() {
    const kept = recallInTab(BEGUN);
    rememberInTab(BEGUN, "");
    return kept ? JSON.parse(kept) : null;
  }

  /**
   * Finish a sign-in with the answer that the service has returned with.
   * @param {Attempt} attempt
   * @param {URLSearchParams} answer
   * @throws {ApiError} if nobody is signed in by it
   */
  async finish({ state, nonce, verifier }, answer) {
    if (answer.get("state") !== state)
      throw new ApiError("Not signed in", "The answer belongs to another sign-in. Sign in again.", 400);
    const code = answer.get("code");
    if (!code)
      throw new ApiError(
        "Not signed in",
        `The sign-in was refused: ${answer.get("error_description") ?? answer.get("error") ?? "no reason was given"}.`,
        401,
      );
    const tokens = await this.provider.exchange(code, verifier);
    if (claimsOf(tokens.id).nonce !== nonce)
      throw new ApiError("Not signed in", "The identity belongs to another sign-in. Sign in again.", 400);
    this.#take(tokens);
  }

  /** Go on with the session of this tab before it was reloaded, if that is still valid. */
  async resume() {
    const refresh = this.#refresh;
    if (!refresh) return;
    try {
      const tokens = await this.provider.refresh(refresh);
      // Unless the user has signed out meanwhile.
      if (refresh === this.#refresh) this.#take(tokens);
    } catch (error) {
      if (!(error instanceof ApiError) || error.transient) throw error;
      // The session is over.
      this.#keepRefresh("");
    }
  }

  /**
   * Return a token for the API.
   * @returns {Promise<string | null>} null if nobody is signed in
   * @throws {ApiError} if the session has ended, and the user does not sign in again
   */
  async token() {
    if (!this.user.value) return null;
    return this.#current && Date.now() < this.#current.until ? this.#current.access : this.#renew();
  }

  /**
   * Return a token instead of one that the API has refused.
   * @param {string} refused
   * @returns {Promise<string>}
   * @throws {ApiError} if the session has ended, and the user does not sign in again
   */
  async replace(refused) {
    const access = this.#access();
    return access !== null && access !== refused ? access : this.#renew();
  }

  /** Forget the user, and everything that the page has stored for them. */
  async close() {
    const refresh = this.#refresh;
    this.#current = null;
    this.#refresh = "";
    forgetEverything();
    this.user.value = null;
    if (refresh) await this.provider.revoke(refresh);
  }

  /** Several requests may need a new token at once. */
  #renew() {
    this.#renewing ??= this.#renewed().finally(() => (this.#renewing = null));
    return this.#renewing;
  }

  /** @returns {Promise<string>} */
  async #renewed() {
    this.#current = null;
    await this.resume();
    const wanted = this.user.value !== null && (this.#access() !== null || (await this.askAgain()));
    const access = this.#access();
    if (!wanted || access === null)
      throw new ApiError("Signed out", "Your session has ended. Sign in again to go on.", 401);
    return access;
  }

  #access() {
    return this.#current?.access ?? null;
  }

  /** @param {Tokens} tokens */
  #take({ id, access, refresh, seconds }) {
    const claims = claimsOf(id);
    const audience = [claims.aud].flat();
    if (typeof claims.sub !== "string" || !audience.includes(this.provider.settings.clientId))
      throw new ApiError("Not signed in", "The identity is not for this page. Sign in again.", 400);
    const user = {
      id: claims.sub,
      name: String(claims.email ?? claims.name ?? claims["cognito:username"] ?? "You"),
      isAdmin: [claims["cognito:groups"]].flat().includes(ADMINS),
    };
    const now = this.user.value;
    if (now && now.id !== user.id)
      throw new ApiError(
        "Another user",
        `You have signed in as ${user.name}, but this page is ${now.name}’s. Sign out to change the user.`,
        400,
      );
    const last = recall(LAST, "");
    if (last && last !== user.id) forgetEverything();
    remember(LAST, user.id);
    if (refresh) this.#keepRefresh(refresh);
    this.#current = { access, until: Date.now() + seconds * 1000 * USED };
    // The same user is the same object, so that nobody is told of a change.
    if (!now) this.user.value = user;
  }

  /** @param {string} refresh */
  #keepRefresh(refresh) {
    this.#refresh = refresh;
    rememberInTab(REFRESH, refresh);
  }
}
