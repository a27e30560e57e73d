/** Make the proofs of a sign-in: random texts, the challenge of PKCE (RFC 7636), and the claims of an identity token. */

/** Return 32 random bytes as text. */
export function randomText() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

/**
 * Return the challenge (S256) that a verifier answers.
 * @param {string} verifier
 */
export async function challengeOf(verifier) {
  return base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
}

/**
 * Return the claims of a token. Its signature is not checked here: the token has come straight from the issuer, by TLS.
 * @param {string} token
 * @returns {Record<string, unknown>} empty if it has none
 */
export function claimsOf(token) {
  try {
    const part = token.split(".")[1]?.replaceAll("-", "+").replaceAll("_", "/") ?? "";
    const bytes = Uint8Array.from(atob(part), (letter) => letter.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return {};
  }
}

/** @param {Uint8Array} bytes */
function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
