import assert from "node:assert/strict";
import test from "node:test";
import privacyGet from "../../../functions/web/privacy-get.ts";
import { LOGIN_DAYS } from "../../../shared/auth/find-credential.ts";
import { RETENTION } from "../../../shared/cleaning/retention.ts";
import { readConfig } from "../../../shared/config.ts";
import { type Context, NOBODY } from "../../../shared/context.ts";
import { callPage } from "./call.ts";

/** A context without a database: asking for one throws. */
const contextWith = (environment: Record<string, string>) =>
  ({ config: readConfig(environment), caller: NOBODY }) as Context;
const get = (environment: Record<string, string> = {}) =>
  callPage(privacyGet, { ctx: contextWith(environment), path: "/privacy" });

test("privacy-get tells how long each thing is kept, as the cleaner has it", async () => {
  const { headers, body } = await get();

  const text = body.toString();
  for (const keptFor of [...Object.values(RETENTION), `${LOGIN_DAYS} days`]) assert.ok(text.includes(keptFor), keptFor);
  assert.equal(headers["cache-control"], "public, max-age=60");
});

test("privacy-get names whom this site's settings bring in, and no others", async () => {
  const plain = (await get()).body.toString();
  const full = await get({
    PODCORE_DIRECTORY_URL: "https://directory.example",
    SENTRY_DSN: "https://key@errors.example/1",
    SMTP_URL: "smtps://user:hunter2@mail.example:465",
  });

  const text = full.body.toString();
  assert.match(plain, /<strong>itunes\.apple\.com<\/strong>/);
  assert.doesNotMatch(plain, /mail server|error tracker/);
  assert.match(text, /<strong>directory\.example<\/strong>/);
  assert.match(text, /mail server/);
  assert.match(text, /error tracker/);
  assert.doesNotMatch(text, /hunter2|mail\.example/);
});
