// Parts of names that mean a secret wherever they stand: `accesstoken`, `user[password]`.
const ROOTS =
  "api[-_]?key|authkey|authori[sz]ation|cookie|credentials?|dsn|passphrase|passwd|passwords?|passwort|secret|session|signature|token";
// Mean a secret only as a whole word of a query parameter's name: `auth` and `auth_id`, but not `author`.
const WORDS = "auth|cred|hash|jwt|key|pass|pw|pwd|sid|sig|uid|uuid";
const SECRET_WORD = new RegExp(`(?:^|[^a-z])(?:${WORDS})(?![a-z])`, "i");
const SECRET_ENDING = new RegExp(`(?:${ROOTS})(?![a-z])`, "i");
const SECRET_FIELD = new RegExp(ROOTS, "i");

/** The source of a pattern that finds the names of secrets in any text. The only list of them, with `isSecretName`. */
export const SECRET_ROOTS = `(?:${ROOTS})`;

/** True if a query parameter of this name is a secret: logs and errors mask it, and a feed URL with it is private. */
export function isSecretName(name: string): boolean {
  // camelCase is words as well.
  const words = name.replace(/(?<=[a-z])(?=[A-Z])/g, "_");
  return SECRET_WORD.test(words) || SECRET_ENDING.test(words);
}

/** True if a log field of this name may hold a secret. Counts, such as `num_tokens`, hold none. */
export function isSecretField(name: string): boolean {
  return SECRET_FIELD.test(name) && !name.startsWith("num_");
}
