// As words of a name: `auth` and `auth_token`, but not `author`.
const WORD =
  /(?:^|[^a-z])(?:auth|authorization|cred|credential|credentials|hash|jwt|key|pass|pw|pwd|session|sid|sig|signature|uid|uuid)(?![a-z])/i;
// As the end of a name, too: `accesstoken`, `apikey`.
const ENDING = /(?:apikey|authkey|passwd|password|secret|token)(?![a-z])/i;

/**
 * Tells whether a query parameter of this name carries the right to read what others pay for or may not see. The one
 * list of such names: what it masks in logs and errors makes a feed private.
 */
export function isSecretName(name: string): boolean {
  // camelCase is words as well.
  const words = name.replace(/(?<=[a-z])(?=[A-Z])/g, "_");
  return WORD.test(words) || ENDING.test(words);
}
