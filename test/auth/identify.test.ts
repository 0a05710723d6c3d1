import assert from "node:assert/strict";
import test from "node:test";
import { insertApiKey } from "../../shared/accounts/api-key-creator.ts";
import { insertLogin } from "../../shared/accounts/insert-login.ts";
import { identify } from "../../shared/auth/identify.ts";
import { API_KEY_PREFIX, newSecret } from "../../shared/auth/secret.ts";
import { UserError } from "../../shared/errors.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount } from "../support/rows.ts";

const ctx = createContext({
  databaseUrl: await createDatabase(),
  environment: { PODCORE_PUBLIC_URL: "https://podcasts.example.com" },
});
const { db } = ctx;
const email = "ada@example.com";
const accountId = await insertAccount(db, { email });
const [key, login, browser] = [newSecret(), newSecret(), newSecret()];
await insertApiKey(db, { accountId, name: "an app", secretSha256: key.sha256, hint: "podcore_x" });
await insertLogin(db, {
  ...{ accountId, passwordHash: "not a hash", secretSha256: login.sha256, browserSha256: browser.sha256 },
  ...{ userAgent: undefined, address: "203.0.113.7", days: 1 },
});

const remoteAddress = "203.0.113.9";
const ask = (headers: Record<string, string>, method = "GET") =>
  identify(ctx, { method, path: "/", headers, remoteAddress });
const cookie = `__Host-podcore=${login.secret}`;

for (const { what, headers, kind } of [
  { what: "an API key", headers: { authorization: `Bearer ${API_KEY_PREFIX}${key.secret}` }, kind: "api-key" },
  {
    what: "a scheme in lower case",
    headers: { authorization: `bearer ${API_KEY_PREFIX}${key.secret}` },
    kind: "api-key",
  },
  { what: "a cookie", headers: { cookie }, kind: "login" },
  { what: "a cookie beside a proxy's own Authorization", headers: { authorization: "Basic x", cookie }, kind: "login" },
]) {
  test(`identify() finds whose request it is by ${what}`, async () => {
    const { account, credential } = await ask(headers);

    assert.deepEqual([account, credential?.kind], [{ id: accountId, email }, kind]);
  });
}

for (const [what, authorization] of Object.entries({
  "a key that is none": `Bearer ${API_KEY_PREFIX}${newSecret().secret}`,
  "a login's secret as a key": `Bearer ${API_KEY_PREFIX}${login.secret}`,
  "a key without its prefix": `Bearer ${key.secret}`,
  "a scheme without a key": "Bearer",
})) {
  test(`identify() refuses ${what}, also beside a cookie`, async () => {
    const error = await ask({ authorization, cookie }).catch((caught: unknown) => caught);

    assert.ok(error instanceof UserError);
    assert.deepEqual([error.status, error.headers["www-authenticate"]], [401, 'Bearer error="invalid_token"']);
  });
}

test("identify() takes a cookie that is none for nobody's, and tells where the request came from", async () => {
  const headers = { cookie: `__Host-podcore=${key.secret}`, "user-agent": "a browser" };

  const caller = await ask(headers);
  const overHttp = await ask({ host: "podbox.lan", "x-forwarded-proto": "http" });

  const { account, credential, address, userAgent, site } = caller;
  assert.deepEqual([account, credential, address, userAgent], [undefined, undefined, remoteAddress, "a browser"]);
  assert.deepEqual([site?.publicUrl, overHttp.site?.publicUrl], ["https://podcasts.example.com", "http://podbox.lan"]);
});

test("identify() believes a login on http only beside its own browser's cookie, and sets both again with each page", async () => {
  const http = { host: "podbox.lan", "x-forwarded-proto": "http" };
  const session = `podcore=${login.secret}`;
  const own = `${session}; podcore-browser=${browser.secret}`;

  const callers = {
    own: await ask({ ...http, cookie: own }),
    post: await ask({ ...http, cookie: own }, "POST"),
    alone: await ask({ ...http, cookie: session }),
    others: await ask({ ...http, cookie: `${session}; podcore-browser=${newSecret().secret}` }),
    twice: await ask({ ...http, cookie: `${own}; ${session}` }),
  };

  const found = Object.entries(callers).map(([who, { account, cookies, tossed }]) => [
    who,
    account?.id,
    (cookies ?? []).filter((cookie) => /^podcore(?:-browser)?=[\w-]{43};/.test(cookie)).length,
    tossed,
  ]);
  assert.deepEqual(found, [
    ["own", accountId, 2, undefined],
    ["post", accountId, 0, undefined],
    ["alone", undefined, 0, undefined],
    ["others", undefined, 0, undefined],
    ["twice", undefined, 0, { canRetry: true }],
  ]);
});
