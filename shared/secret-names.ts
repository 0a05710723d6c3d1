// Mark a secret anywhere in a name: `accesstoken`, `user[password]`.
const ROOTS =
  "api[-_]?key|authkey|authori[sz]ation|cookie|credentials?|dsn|passphrase|passwd|passwords?|passwort|secret|session|signature|token";
// Mark a secret only as a whole word of a query parameter's name: `auth` and `auth_id`, but not `author`.
const WORDS = "auth|cred|hash|jwt|key|pass|pw|pwd|sid|sig|uid|uuid";
const SECRET_WORD = new RegExp(`(?:^|[^a-z])(?:${WORDS})(?![a-z])`, "i");
const SECRET_ENDING = new RegExp(`(?:${ROOTS})(?![a-z])`, "i");
const SECRET_FIELD = new RegExp(ROOTS, "i");

/** Source of a pattern that finds names of secrets in any text. This file is the only list of such names. */
export const SECRET_ROOTS = `(?:${ROOTS})`;

/**
 * Returns true if a query parameter of this name holds a secret. Logs and errors mask its value, and a feed URL with
 * such a parameter is private.
 */
export function isSecretName(name: string): boolean {
  // Splits camelCase into words.
  const words = name.replace(/(?<=[a-z])(?=[A-Z])/g, "_");
  return SECRET_WORD.test(words) || SECRET_ENDING.test(words);
}

/** Returns true if a log field of this name may hold a secret. Counts such as `num_tokens` do not. */
export function isSecretField(name: string): boolean {
  return SECRET_FIELD.test(name) && !name.startsWith("num_");
}
