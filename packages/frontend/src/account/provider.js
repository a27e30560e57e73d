import { ApiError } from "../api.js";

/**
 * Settings are `signIn` of config.json. Addresses may be relative to the page.
 * @typedef {{authorize: string, token: string, logout: string, revoke?: string, clientId: string}} Settings
 * @typedef {{id: string, access: string, refresh: string | null, seconds: number}} Tokens `seconds` until they expire
 */

/** Identity, and the address to greet the user with. */
const SCOPE = "openid email";

/** The service that signs users in, by OAuth 2.0 and OpenID Connect. */
export class Provider {
  /**
   * @param {Settings} settings
   * @param {string} home the page's address, to which the service returns
   * @param {typeof fetch} send
   */
  constructor(settings, home, send = (...request) => fetch(...request)) {
    this.settings = settings;
    this.home = home;
    this.send = send;
  }

  /**
   * Return the address at which the user signs in.
   * @param {{state: string, nonce: string, challenge: string}} proof
   */
  authorizeAddress({ state, nonce, challenge }) {
    return this.#address(this.settings.authorize, {
      response_type: "code",
      client_id: this.settings.clientId,
      redirect_uri: this.home,
      scope: SCOPE,
      state,
      nonce,
      code_challenge: challenge,
      code_challenge_method: "S256",
    });
  }

  /** Return the address at which the user signs out. */
  logoutAddress() {
    return this.#address(this.settings.logout, { client_id: this.settings.clientId, logout_uri: this.home });
  }

  /**
   * Exchange the code of a sign-in for tokens.
   * @param {string} code
   * @param {string} verifier
   */
  exchange(code, verifier) {
    return this.#tokens({ grant_type: "authorization_code", code, redirect_uri: this.home, code_verifier: verifier });
  }

  /**
   * Get new tokens. `refresh` of the answer is null if the old one stays valid.
   * @param {string} refresh
   */
  refresh(refresh) {
    return this.#tokens({ grant_type: "refresh_token", refresh_token: refresh });
  }

  /**
   * Make a refresh token worthless, if the service can do that. A failure is of no use to the user: the token expires.
   * @param {string} refresh
   */
  async revoke(refresh) {
    if (!this.settings.revoke) return;
    await this.#post(this.settings.revoke, { token: refresh }).catch(() => {});
  }

  /**
   * @param {Record<string, string>} grant
   * @returns {Promise<Tokens>}
   * @throws {ApiError} with the status 400 if the grant is not valid, or not any more
   */
  async #tokens(grant) {
    const answer = await this.#post(this.settings.token, grant).catch(() => {
      throw new ApiError("No connection", "The sign-in service cannot be reached. Check the connection.", 0);
    });
    const body = await answer.json().catch(() => ({}));
    if (!answer.ok)
      throw new ApiError("Not signed in", `The sign-in was refused (${body.error ?? answer.status}).`, answer.status);
    const { id_token: id, access_token: access, refresh_token: refresh = null, expires_in: seconds } = body;
    if (typeof id !== "string" || typeof access !== "string" || typeof seconds !== "number")
      throw new ApiError("Not signed in", "The sign-in service answered in an unexpected way.", 502);
    return { id, access, refresh, seconds };
  }

  /**
   * @param {string} address
   * @param {Record<string, string>} form
   */
  #post(address, form) {
    const body = new URLSearchParams({ ...form, client_id: this.settings.clientId });
    // Cookies of the service are none of the page's business, and it lasts when the page is left.
    return this.send(new URL(address, this.home), { method: "POST", body, credentials: "omit", keepalive: true });
  }

  /**
   * @param {string} address
   * @param {Record<string, string>} query
   */
  #address(address, query) {
    return `${new URL(address, this.home)}?${new URLSearchParams(query)}`;
  }
}
