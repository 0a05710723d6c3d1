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
type Sent = { method?: string; query?: string; body?: string; address?: string };
const ask = (headers: Record<string, string>, { method = "GET", query = "", body = "", address }: Sent = {}) =>
  identify(ctx, {
    ...{ method, path: "/", headers, remoteAddress: address ?? remoteAddress },
    ...{ query: new URLSearchParams(query), body: Buffer.from(body) },
  });
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

const HTTP = { host: "podbox.lan", "x-forwarded-proto": "http", "user-agent": "a browser" };
const SESSION = `podcore=${login.secret}`;
const OWN = `${SESSION}; podcore-browser=${browser.secret}`;

/** What Set-Cookie lines make of a cookie's header, as names and values. */
const namesOf = (cookies: readonly string[] = []) => cookies.map((line) => line.slice(0, line.indexOf("=")));
const markIn = (cookies: readonly string[] = []) =>
  cookies.find((line) => line.startsWith("podcore-confirmed="))?.split(";")[0] ?? "";

test("identify() believes a login on http only beside its own browser's cookie, and sets both again with each page", async () => {
  const unconfirmed = await ask({ ...HTTP, cookie: OWN });
  const mark = markIn(unconfirmed.cookies);

  const callers = {
    own: await ask({ ...HTTP, cookie: `${OWN}; ${mark}` }),
    alone: await ask({ ...HTTP, cookie: `${SESSION}; ${mark}` }),
    others: await ask({ ...HTTP, cookie: `${SESSION}; podcore-browser=${newSecret().secret}; ${mark}` }),
    twice: await ask({ ...HTTP, cookie: `${OWN}; ${SESSION}; ${mark}` }),
  };

  const found = Object.entries(callers).map(([who, { account, cookies, tossed }]) => [
    who,
    account?.id,
    (cookies ?? []).filter((cookie) => /^podcore(?:-browser)?=[\w-]{43};/.test(cookie)).length,
    tossed,
  ]);
  assert.deepEqual(found, [
    ["own", accountId, 2, undefined],
    ["alone", undefined, 0, undefined],
    ["others", undefined, 0, undefined],
    ["twice", undefined, 0, { canRetry: true }],
  ]);
});

test("identify() has a login on http confirmed by a second request, for one address and browser", async () => {
  const first = await ask({ ...HTTP, cookie: OWN });
  const mark = markIn(first.cookies);
  const second = await ask({ ...HTTP, cookie: `${OWN}; ${mark}; podcore-again=1` });
  const elsewhere = await ask({ ...HTTP, cookie: `${OWN}; ${mark}` }, { address: "203.0.113.10" });
  const inAnother = await ask({ ...HTTP, "user-agent": "another", cookie: `${OWN}; ${mark}` });
  const both = markIn(elsewhere.cookies);
  const back = await ask({ ...HTTP, cookie: `${OWN}; ${both}` });
  const tooOften = await ask({ ...HTTP, cookie: `${OWN}; podcore-again=2` });
  const foreignMark = await ask({ ...HTTP, cookie: `${OWN}; podcore-confirmed=${newSecret().secret}` });

  assert.deepEqual([first.account, first.tossed], [undefined, { canRetry: true, query: {} }]);
  assert.deepEqual(namesOf(first.cookies), ["podcore-browser", "podcore", "podcore-confirmed", "podcore-again"]);
  assert.equal(second.account?.id, accountId);
  assert.ok(second.cookies?.includes("podcore-again=; Path=/; Max-Age=0"));
  assert.deepEqual([elsewhere.account, inAnother.account, foreignMark.account], [undefined, undefined, undefined]);
  assert.equal(back.account?.id, accountId);
  assert.deepEqual([tooOften.account, tooOften.tossed], [undefined, { canRetry: false }]);
});

test("identify() believes a POST on http only with the token of a page that was made for its cookies", async () => {
  const mark = markIn((await ask({ ...HTTP, cookie: OWN })).cookies);
  const headers = { ...HTTP, cookie: `${OWN}; ${mark}` };
  const page = await ask(headers);
  const token = `page_token=${page.pageToken}`;

  const marked = await ask(headers, { method: "POST" });
  const wrong = await ask(headers, { method: "POST", body: `page_token=${newSecret().secret}` });
  const form = await ask(headers, { method: "POST", body: `a=b&${token}` });
  const again = await ask({ ...HTTP, cookie: OWN }, { method: "POST", query: token, body: "a=b" });

  assert.match(page.pageToken ?? "", /^[\w-]{43}$/);
  assert.deepEqual([marked.account, wrong.account], [undefined, undefined]);
  assert.deepEqual(marked.tossed, { canRetry: true, query: { page_token: page.pageToken } });
  assert.deepEqual([form.account?.id, again.account?.id], [accountId, accountId]);
});

test("identify() asks for no confirmation where no other host can set cookies", async () => {
  const https = await ask({ cookie });
  const local = await ask({ ...HTTP, host: "podbox:8080", cookie: OWN }, { method: "POST" });
  const app = await ask({ ...HTTP, authorization: `Bearer ${API_KEY_PREFIX}${key.secret}` }, { method: "POST" });

  for (const { account, pageToken, tossed } of [https, local, app]) {
    assert.deepEqual([account?.id, pageToken, tossed], [accountId, undefined, undefined]);
  }
});
