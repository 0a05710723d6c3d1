import assert from "node:assert/strict";
import { connect } from "node:net";
import test from "node:test";
import postgres from "postgres";
import { callArtifact, startArtifact } from "../../support/artifact.ts";
import { createDatabase } from "../../support/postgres.ts";
import { createVisitor, FIREFOX, type Visitor } from "../../support/visitor.ts";

const databaseUrl = await createDatabase();
const sql = postgres(databaseUrl, { max: 2, onnotice: () => {} });
test.after(() => sql.end());
const environment = { DATABASE_URL: databaseUrl, PODCORE_ENV: "development" };
const start = (publicUrl: string) =>
  startArtifact({ name: "web", environment: { ...environment, PODCORE_PUBLIC_URL: publicUrl } });
const https = await start("https://app.example.test");
const http = await start("http://app.example.test");
const PASSWORD = "correct horse";
const ALICE = "alice@example.com";
const MALLORY = "mallory@example.com";
for (const email of [ALICE, MALLORY]) {
  await callArtifact({
    name: "admin-account-add",
    params: JSON.stringify({ email, password: PASSWORD }),
    environment: { DATABASE_URL: databaseUrl },
  });
}

async function logIn(url: string, email: string): Promise<Visitor> {
  const visitor = createVisitor(url);
  assert.equal((await visitor.post("/login", { email, password: PASSWORD })).status, 303);
  return visitor;
}

const cookieOf = (visitor: Visitor, name: string) =>
  new RegExp(`(?:^|; )(${name}=[^;]+)`).exec(visitor.cookie() ?? "")?.[1] ?? "";

/** Asks for the account's page with these bytes as Cookie, from where the visitors come. */
function ask(url: string, cookie: string, init: { method?: string; path?: string } = {}) {
  const { method = "GET", path = "/account" } = init;
  const headers = { accept: "text/html", "user-agent": FIREFOX, "x-forwarded-for": "203.0.113.7", cookie };
  return fetch(url + path, { method, redirect: "manual", headers });
}

/** The same by a socket: no client that knows HTTP sends all of these bytes. @returns the reply's first line */
async function askRaw(url: string, cookie: string): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port: Number(new URL(url).port) });
  socket.write(
    Buffer.from(`GET /account HTTP/1.1\r\nHost: a\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`, "latin1"),
  );
  const reply = Buffer.concat(await socket.toArray()).toString();
  return reply.slice(0, reply.indexOf("\r\n"));
}

test("a cookie whose name has a no-break space or another blank before the prefix is no login", async () => {
  const mallory = await logIn(https.url, MALLORY);
  const session = cookieOf(mallory, "__Host-podcore");
  const befores = ["", "\t ", "\u00a0", "\u000b", "\u000c", "\u0085", "x"];

  const answers = await Promise.all(befores.map((before) => askRaw(https.url, `a=b;${before}${session}`)));

  const statuses = answers.map((line) => Number(/^HTTP\/1\.1 (\d{3}) /.exec(line)?.[1]));
  // Node's own server refuses control characters in a header.
  assert.deepEqual(statuses, [200, 200, 307, 400, 400, 307, 307]);
});

test("a login whose cookie comes twice is nobody's, and the browser is told to delete it", async () => {
  const [alice, mallory] = [await logIn(https.url, ALICE), await logIn(https.url, MALLORY)];
  const [own, foreign] = [alice, mallory].map((visitor) => cookieOf(visitor, "__Host-podcore"));

  const answer = await ask(https.url, `${own}; ${foreign}`);

  assert.deepEqual([answer.status, answer.headers.get("location")], [307, "/login?next=%2Faccount"]);
  assert.match(answer.headers.getSetCookie().join("\n"), /^__Host-podcore=; Path=\/; Max-Age=0;/m);
});

test("on http a request with another host's cookie beside the own is sent again without that, and is the owner's then", async () => {
  const [alice, mallory] = [await logIn(http.url, ALICE), await logIn(http.url, MALLORY)];
  const foreign = cookieOf(mallory, "podcore");

  const first = await ask(http.url, `${foreign}; ${alice.cookie()}`);
  const second = await ask(http.url, alice.cookie() ?? "");
  const post = await ask(http.url, `${foreign}; ${alice.cookie()}; podcore-again=2`, {
    method: "POST",
    path: "/account/password",
  });
  const deleted = first.headers.getSetCookie();

  assert.deepEqual([first.status, first.headers.get("location")], [307, "/account"]);
  for (const place of ["Domain=example.test; Path=/", "Domain=example.test; Path=/account", "Path=/account"]) {
    assert.ok(deleted.includes(`podcore=; ${place}; Max-Age=0`), place);
  }
  // The own one stays.
  assert.ok(!deleted.some((line) => line.startsWith("podcore=; Path=/; ")));
  assert.match(await second.text(), /alice@example\.com/);
  assert.equal(post.status, 400);
});

test("on http a login counts only in the browser that it was made in, and hands over no other's account", async () => {
  const [alice, mallory] = [await logIn(http.url, ALICE), await logIn(http.url, MALLORY)];
  const [session, browser] = [cookieOf(mallory, "podcore"), cookieOf(alice, "podcore-browser")];

  const alone = await ask(http.url, session);
  const elsewhere = await ask(http.url, `${session}; ${browser}`);
  const own = await ask(http.url, mallory.cookie() ?? "");

  assert.deepEqual([alone.status, elsewhere.status, own.status], [307, 307, 200]);
});

test("on https logging out clears what the browser has kept, but for its own cookie, and logging in works right after", async () => {
  const alice = await logIn(https.url, ALICE);

  const out = await alice.post("/logout");
  const cookie = alice.cookie() ?? "";
  const back = await alice.post("/login", { email: ALICE, password: PASSWORD });
  const account = await alice.get("/account");
  const plain = await (await logIn(http.url, ALICE)).post("/logout");

  assert.equal(out.headers.get("clear-site-data"), '"cache", "storage"');
  assert.match(cookie, /^__Host-podcore-browser=[\w-]{43}$/);
  assert.match(
    back.headers.getSetCookie().join("\n"),
    /^__Host-podcore=[\w-]{43}; Path=\/; Max-Age=7776000; HttpOnly; SameSite=Lax; Secure$/m,
  );
  assert.equal(account.status, 200);
  assert.equal(plain.headers.get("clear-site-data"), null);
});

test("a login ends after ninety days without use, and is renewed by each use", async () => {
  const alice = await logIn(https.url, ALICE);
  const age = (days: number) => sql`
    update login set last_used_at = podcore_now() - ${days}::int * interval '1 day',
      expires_at = podcore_now() + (90 - ${days}::int) * interval '1 day'`;

  await age(89);
  const renewed = await alice.get("/account");
  const [row] = await sql`select bool_or(expires_at > podcore_now() + interval '89 days') as is_renewed from login`;
  const soonAgain = await alice.get("/account");
  await age(91);
  // One of an earlier version, which lasts for a year.
  await sql`update login set expires_at = podcore_now() + interval '200 days'`;
  const ended = await alice.get("/account");

  assert.equal(renewed.status, 200);
  assert.match(renewed.headers.getSetCookie().join("\n"), /^__Host-podcore=[\w-]{43}; .*Max-Age=7776000/m);
  assert.equal(row?.is_renewed, true);
  assert.deepEqual(soonAgain.headers.getSetCookie(), []);
  assert.equal(ended.status, 307);
});
