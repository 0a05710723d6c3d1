import assert from "node:assert/strict";
import test from "node:test";
import { carriesSecret } from "../shared/fetch/feed-url.ts";
import { redactUrl } from "../shared/fetch/redact.ts";
import { redactFields, redactText } from "../shared/log/redact.ts";
import { isSecretName } from "../shared/secret-names.ts";

const SECRETS = [
  "auth",
  "auth_id",
  "userAuth",
  "authorization",
  "cred",
  "credentials",
  "cookie",
  "hash",
  "jwt",
  "key",
  "api_key",
  "X-Api-Key",
  "apikey",
  "authkey",
  "pass",
  "passphrase",
  "passwd",
  "password",
  "pw",
  "pwd",
  "secret",
  "clientSecret",
  "session",
  "sid",
  "sig",
  "X-Amz-Signature",
  "token",
  "accesstoken",
  "uid",
  "uuid",
];
const HARMLESS = ["author", "keyword", "hashtag", "page", "passenger", "tokenize", "sessions", "sidebar", "signal"];

for (const name of SECRETS) {
  const url = `https://example.com/feed?page=2&${name}=hunter2`;

  test(`"${name}" makes a feed private, and is masked in URLs and in any text`, () => {
    assert.equal(isSecretName(name), true);
    assert.equal(carriesSecret(url), true);
    assert.equal(redactUrl(url), `https://example.com/feed?page=2&${name}=***`);
    assert.equal(redactText(`Fetch ${url}`), `Fetch https://example.com/feed?page=2&${name}=***`);
  });
}

for (const name of HARMLESS) {
  const url = `https://example.com/feed?${name}=2`;

  test(`"${name}" in a feed URL keeps nothing private`, () => {
    assert.equal(carriesSecret(url), false);
    assert.equal(redactUrl(url), url);
  });
}

test("redactFields() masks the names that mean a secret outside of a URL, too", () => {
  const names = ["authorization", "cookies", "credential", "dsn", "dbPassword", "session_id", "accesstoken", "apiKey"];

  const pairs = redactFields(Object.fromEntries([...names, "key", "hash", "num_tokens"].map((name) => [name, "x"])));

  assert.deepEqual(
    pairs.filter(([, value]) => value === "***").map(([name]) => name),
    names,
  );
});
