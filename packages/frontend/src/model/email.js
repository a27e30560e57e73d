/**
 * Return what is wrong with an email address, by the API's rules. An empty one is fine.
 * @param {string} typed
 * @param {string[]} domains
 * @returns {string | null}
 */
export function emailProblem(typed, domains) {
  const address = typed.trim().toLowerCase();
  if (!address) return null;
  const [, domain] = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@([a-z0-9.-]+)$/.exec(address) ?? [];
  return domain && domains.includes(domain) ? null : `Enter an address at ${either(domains)}, or leave this empty.`;
}

/**
 * Return the domains as a list for the user: "a or b".
 * @param {string[]} domains
 */
export function either(domains) {
  return domains.join(" or ");
}
