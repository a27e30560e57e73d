/**
 * What is wrong with an address, as the API would say; an empty one is none.
 * @param {string} typed
 * @param {string[]} domains
 * @returns {string | null}
 */
export function emailProblem(typed, domains) {
  const address = typed.trim().toLowerCase();
  if (!address) return null;
  const [, domain] = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@([a-z0-9.-]+)$/.exec(address) ?? [];
  return domain && domains.includes(domain) ? null : `Give an address at ${either(domains)}, or leave this empty.`;
}

/**
 * List the domains for the user: "a, b or c".
 * @param {string[]} domains
 */
export function either(domains) {
  return domains.join(" or ");
}
