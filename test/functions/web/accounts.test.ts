import assert from "node:assert/strict";
import test from "node:test";
import { ROUTES } from "../../../functions/routes.ts";
import { callArtifact } from "../../support/artifact.ts";
import { runSite } from "../../support/running-site.ts";
import { createVisitor, type Visitor } from "../../support/visitor.ts";

const site = await runSite();
const { sql } = site;
const PASSWORD = "correct horse";

const countAccounts = async () => Number((await sql`select count(*) from account`)[0]?.count);
const accountOf = async (email: string) => (await sql`select * from account where email = ${email}`)[0];

/** Signs up by form and mailed link, in one browser. */
async function signUp(visitor: Visitor, email: string): Promise<void> {
  const sent = await visitor.post("/signup", { email, password: PASSWORD, password_confirm: PASSWORD });
  assert.equal(sent.status, 200);
  assert.match(sent.body, /podcore's log/);
  const link = await site.mailedLink();
  const asked = await visitor.get(link);
  assert.match(asked.body, /Confirm/);
  const code = /name="code" value="([^"]+)"/.exec(asked.body)?.[1] ?? "";
  const done = await visitor.post("/verify", { code });
  assert.equal(done.location, "/account");
}

/** A link of an operator's, by which whoever has the account changes its password. */
async function operatorsLink(email: string): Promise<string> {
  const { stdout } = await callArtifact({
    name: "admin-account-add",
    params: JSON.stringify({ email }),
    environment: { DATABASE_URL: site.databaseUrl },
  });
  const { pathname, search } = new URL(JSON.parse(stdout).link);
  return pathname + search;
}

test("an account is made with the first change, never by a GET, a HEAD, a login or a bot", async () => {
  const { podcastId, episodeId } = await site.addPodcast({ title: "First Change" });
  const visitor = createVisitor(site.url);
  const bot = createVisitor(site.url, { userAgent: "Mozilla/5.0 (compatible; Googlebot/2.1)" });
  const nobody = createVisitor(site.url, { userAgent: "" });
  const path = `/podcasts/${podcastId}/subscription`;

  for (const one of ["/", `/podcasts/${podcastId}`, "/account", "/login", "/signup", path]) await visitor.get(one);
  await fetch(`${site.url}/podcasts/${podcastId}`, { method: "HEAD" });
  await visitor.post("/login", { email: "nobody@example.com", password: PASSWORD });
  await visitor.post("/logout");
  const refused = [await bot.post(path, { subscribed: "true" }), await nobody.post(path, { subscribed: "true" })];
  const unknown = await visitor.post("/podcasts/999999/subscription", { subscribed: "true" });
  const state = `/podcasts/${podcastId}/episodes/${episodeId}/state`;
  const far = await visitor.post(state, { position_seconds: "9999999999" });
  const left = await visitor.post(path, { subscribed: "false" });
  const numBefore = await countAccounts();
  const done = await visitor.post(path, { subscribed: "true" });
  await visitor.post(path, { subscribed: "false" });

  assert.equal(numBefore, 0);
  assert.deepEqual(
    refused.map(({ status }) => status),
    [401, 401],
  );
  assert.deepEqual([unknown.status, far.status, left.status], [404, 400, 303]);
  assert.equal(left.headers.get("set-cookie"), null);
  assert.equal(done.status, 303);
  assert.match(
    done.headers.get("set-cookie") ?? "",
    /podcore=[\w-]{43}; Path=\/; Max-Age=7776000; HttpOnly; SameSite=Lax$/,
  );
  assert.equal(await countAccounts(), 1);
  const [login] = await sql`select secret_sha256, octet_length(secret_sha256) as bytes from login`;
  assert.equal(login?.bytes, 32);
  const secret = /\bpodcore=([^;]+)/.exec(visitor.cookie() ?? "")?.[1] ?? "none";
  assert.ok(!login?.secret_sha256.toString("latin1").includes(secret));
});

test("signing up turns the visitor's account into a permanent one that keeps what it holds", async () => {
  const { podcastId, episodeId } = await site.addPodcast({ title: "Kept" });
  const visitor = createVisitor(site.url);
  await visitor.post(`/podcasts/${podcastId}/subscription`, { subscribed: "true" });
  await visitor.post(`/podcasts/${podcastId}/episodes/${episodeId}/state`, { position_seconds: "754" });
  const cookie = visitor.cookie();

  await signUp(visitor, "kept@example.com");

  const page = await visitor.get("/account");
  const account = await accountOf("kept@example.com");
  assert.match(page.body, /kept@example\.com/);
  assert.match(page.body, /<span class="title">Kept<\/span>/);
  assert.match(page.body, /played up to 12:34/);
  assert.match(account?.password_hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  assert.deepEqual([...(await sql`select id from verification_code`)], []);
  // Whoever knew the cookie of before is not logged in.
  assert.notEqual(visitor.cookie(), cookie);
  visitor.setCookie(cookie);
  assert.equal((await visitor.get("/account")).status, 307);
});

test("a link opened in another browser asks for the password that was chosen", async () => {
  const first = createVisitor(site.url);
  const second = createVisitor(site.url);
  await first.post("/signup", { email: "two@example.com", password: PASSWORD, password_confirm: PASSWORD });
  const link = await site.mailedLink();
  const code = new URLSearchParams(link.split("?")[1]).get("code") ?? "";

  const asked = await second.get(link);
  const wrong = await second.post("/verify", { code, password: "a stranger's guess" });
  const right = await second.post("/verify", { code, password: PASSWORD });
  const again = await second.get(link);

  assert.match(asked.body, /The password you chose at sign-up/);
  assert.match(wrong.body, /That is not the password you chose at sign-up\./);
  assert.equal(right.location, "/account");
  assert.equal(again.status, 404);
  assert.match((await second.get("/account")).body, /two@example\.com/);
});

test("signing up and logging in tell nobody whether an address has an account", async () => {
  await signUp(createVisitor(site.url), "known@example.com");
  const form = { password: PASSWORD, password_confirm: PASSWORD };
  const words = (answer: { body: string }, email: string) => answer.body.replaceAll(email, "...");

  const known = await createVisitor(site.url).post("/signup", { email: "known@example.com", ...form });
  const knownLink = await site.mailedLink();
  const unknown = await createVisitor(site.url).post("/signup", { email: "unknown@example.com", ...form });
  const unknownLink = await site.mailedLink();
  const logins = await Promise.all(
    ["known@example.com", "never@example.com"].map(async (email) =>
      words(await createVisitor(site.url).post("/login", { email, password: "not the one" }), email),
    ),
  );
  const resets = await Promise.all(
    ["known@example.com", "never@example.com"].map(async (email) =>
      words(await createVisitor(site.url).post("/password-reset", { email }), email),
    ),
  );

  assert.equal(words(known, "known@example.com"), words(unknown, "unknown@example.com"));
  assert.equal(knownLink, "/login");
  assert.match(unknownLink, /^\/verify\?code=/);
  assert.match(logins[0] ?? "", /Wrong email address or password\./);
  assert.equal(logins[0], logins[1]);
  assert.equal(resets[0], resets[1]);
  assert.match(await site.mailedLink(), /^\/password-reset\?code=/);
});

test("what an account holds does not tell whether the address that it signs up with has one", async () => {
  await signUp(createVisitor(site.url), "taken@example.com");
  const form = { password: PASSWORD, password_confirm: PASSWORD };
  const [asksTaken, asksFree] = [createVisitor(site.url), createVisitor(site.url)];

  await asksTaken.post("/signup", { email: "taken@example.com", ...form });
  await site.mailedLink();
  await asksFree.post("/signup", { email: "free@example.com", ...form });
  await site.mailedLink();

  // The job that mailed has ended when it is gone.
  while ((await sql`select from job`).length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  const shapes = await Promise.all(
    [asksTaken, asksFree].map(async (visitor) => {
      const { verification_codes: codes } = JSON.parse((await visitor.get("/account/export")).body);
      return codes.map((code: object) => Object.keys(code));
    }),
  );
  assert.equal(shapes[0].length, 1);
  assert.deepEqual(shapes[0], shapes[1]);
});

test("forms say what is wrong in the original's words, and show again what was typed", async () => {
  const visitor = createVisitor(site.url);
  const cases: [path: string, fields: Record<string, string>, message: string][] = [
    ["/signup", { email: "" }, "Please specify an email address."],
    ["/signup", { email: "ada" }, "Please specify a valid email address."],
    ["/signup", { email: "a@b.c", password: "" }, "Please specify a password."],
    ["/signup", { email: "a@b.c", password: "1234567" }, "Password must be at least 8 characters long."],
    ["/signup", { email: "a@b.c", password: PASSWORD }, "Please type your password again in the confirmation box."],
    [
      "/signup",
      { email: "a@b.c", password: PASSWORD, password_confirm: "x" },
      "Password and password confirmation didn&#39;t match.",
    ],
    ["/signup", { email: "a@b.c", password: "Password1" }, "That password is one of the most common ones"],
    ["/login", { email: "" }, "Please specify an email address."],
    ["/login", { email: "a@b.c" }, "Please specify a password."],
  ];

  for (const [path, fields, message] of cases) {
    const answer = await visitor.post(path, fields);

    assert.equal(answer.status, 200, message);
    assert.ok(answer.body.includes(message), message);
    if (fields.email) assert.ok(answer.body.includes(`value="${fields.email}"`));
    assert.ok(!answer.body.includes(PASSWORD));
  }
});

test("logging out revokes the login, and a copy of its cookie is worth nothing", async () => {
  const visitor = createVisitor(site.url);
  await signUp(visitor, "out@example.com");
  const cookie = visitor.cookie();

  const asked = await visitor.get("/logout");
  const stillIn = await visitor.get("/account");
  const done = await visitor.post("/logout");
  visitor.setCookie(cookie);
  const after = await visitor.get("/account");

  assert.match(asked.body, /<form class="entry" action="\/logout" method="post">/);
  assert.equal(stillIn.status, 200);
  assert.deepEqual([done.status, done.location], [303, "/"]);
  assert.match(done.headers.get("set-cookie") ?? "", /^podcore=; .*Max-Age=0/);
  assert.deepEqual([after.status, after.location], [307, "/login?next=%2Faccount"]);
});

test("the account's page lists its logins, each of which another can revoke", async () => {
  const home = createVisitor(site.url);
  await signUp(home, "devices@example.com");
  const phone = createVisitor(site.url, {
    userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19.0 Safari/604",
    address: "198.51.100.1",
  });
  await phone.post("/login", { email: "Devices@Example.com", password: PASSWORD, next: "/?after=x" });
  const listed = await home.get("/account");
  const [row] = [...listed.body.matchAll(/<tr>.*?<\/tr>/gs)]
    .map(([text]) => text)
    .filter((text) => /iPhone/.test(text));
  const path = /action="(\/account\/logins\/\d+\/revocation)"/.exec(row ?? "")?.[1] ?? "";

  const stranger = createVisitor(site.url);
  await signUp(stranger, "stranger@example.com");
  const foreign = await stranger.post(path);
  const before = await phone.get("/account");
  const done = await home.post(path);
  const after = await phone.get("/account");

  assert.match(row ?? "", /Safari on iPhone/);
  assert.match(row ?? "", /198\.51\.100\.1/);
  assert.match(listed.body, /Firefox on Linux <span class="muted">\(this browser\)<\/span>/);
  assert.equal(foreign.status, 404);
  assert.equal(before.status, 200);
  assert.equal(done.location, "/account#logins");
  assert.equal(after.status, 307);
});

test("logging in hands what the visitor's own account holds to the one that is logged in to", async () => {
  const [one, two] = [await site.addPodcast({ title: "Before" }), await site.addPodcast({ title: "Meanwhile" })];
  const home = createVisitor(site.url);
  await home.post(`/podcasts/${one.podcastId}/subscription`, { subscribed: "true" });
  await signUp(home, "merge@example.com");
  const phone = createVisitor(site.url);
  await phone.post(`/podcasts/${two.podcastId}/subscription`, { subscribed: "true" });
  await phone.post(`/podcasts/${two.podcastId}/episodes/${two.episodeId}/state`, { favorited: "true" });
  const numBefore = await countAccounts();

  await phone.post("/login", { email: "merge@example.com", password: PASSWORD });

  const page = await phone.get("/account");
  assert.match(page.body, /<span class="title">Before<\/span>/);
  assert.match(page.body, /<span class="title">Meanwhile<\/span>/);
  assert.match(page.body, /id="favorites"/);
  assert.equal(await countAccounts(), numBefore - 1);
});

test("a login leads on to paths of this site only", async () => {
  const visitor = createVisitor(site.url);
  await signUp(visitor, "next@example.com");
  const lead = async (next: string) =>
    (await createVisitor(site.url).post("/login", { email: "next@example.com", password: PASSWORD, next })).location;

  assert.equal(await lead("/podcasts/1?after=x"), "/podcasts/1?after=x");
  for (const next of [
    "//evil.example",
    "/\\evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "/\t/x",
    "/€",
    "/ü",
    "/\u007f",
  ]) {
    assert.equal(await lead(next), "/account", next);
  }
});

test("every form refuses what another site sends, by Sec-Fetch-Site, then by Origin", async () => {
  const visitor = createVisitor(site.url);
  await signUp(visitor, "csrf@example.com");
  const foreign: Record<string, string>[] = [
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "", origin: "https://evil.example" },
    { "sec-fetch-site": "", origin: "null" },
  ];
  const posts = ROUTES.filter(({ method, audiences }) => method === "POST" && audiences.includes("web"));
  const wrong: string[] = [];

  for (const { path } of posts) {
    for (const headers of foreign) {
      const isGraphql = path === "/graphql";
      const body = isGraphql ? { "content-type": "application/json" } : undefined;
      const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ""));
      const reply = await fetch(site.url + path.replace(/:\w+/g, "1"), {
        method: "POST",
        headers: { cookie: visitor.cookie() ?? "", ...body, ...sent },
        body: isGraphql ? '{"query":"{ apiVersion }"}' : "",
      });
      if (reply.status !== 403) wrong.push(`${path} ${JSON.stringify(headers)}: ${reply.status}`);
    }
  }

  assert.ok(posts.length >= 15);
  assert.deepEqual(wrong, []);
  assert.equal((await visitor.get("/account")).status, 200);
});

test("changing the password takes the current one, logs every other browser out, and voids the links that would change it", async () => {
  const visitor = createVisitor(site.url);
  const other = createVisitor(site.url);
  await signUp(visitor, "change@example.com");
  await other.post("/login", { email: "change@example.com", password: PASSWORD });
  const form = { password: "battery staple", password_confirm: "battery staple" };

  const wrong = await visitor.post("/account/password", { current_password: "wrong", ...form });
  const link = await operatorsLink("change@example.com");
  const isGood = (await visitor.get(link)).status === 200;
  const done = await visitor.post("/account/password", { current_password: PASSWORD, ...form });

  assert.equal(isGood, true);
  assert.equal((await visitor.get(link)).status, 404);
  assert.match(wrong.body, /That is not your current password\./);
  assert.equal(done.location, "/account#logins");
  assert.equal((await visitor.get("/account")).status, 200);
  assert.equal((await other.get("/account")).status, 307);
  const old = await other.post("/login", { email: "change@example.com", password: PASSWORD });
  const fresh = await other.post("/login", { email: "change@example.com", password: "battery staple" });
  assert.deepEqual([old.status, fresh.status], [200, 303]);
});

test("a forgotten password is changed by the mailed link, once, and everybody is logged out", async () => {
  const visitor = createVisitor(site.url);
  await signUp(visitor, "forgot@example.com");
  const other = createVisitor(site.url);
  await other.post("/password-reset", { email: "forgot@example.com" });
  const link = await site.mailedLink();
  const code = new URLSearchParams(link.split("?")[1]).get("code") ?? "";
  const form = { code, password: "battery staple", password_confirm: "battery staple" };

  const asked = await other.get(link);
  const short = await other.post("/password-reset", { code, password: "short", password_confirm: "short" });
  const spare = await operatorsLink("forgot@example.com");
  const done = await other.post("/password-reset", form);
  const again = await other.post("/password-reset", form);

  assert.equal((await other.get(spare)).status, 404);
  assert.match(asked.body, /Choose a new password/);
  assert.match(short.body, /at least 8 characters/);
  assert.equal(done.location, "/account");
  assert.equal(again.status, 404);
  assert.equal((await visitor.get("/account")).status, 307);
  assert.match((await other.get("/account")).body, /forgot@example\.com/);
});

test("an account exports all that it holds, without what would open it", async () => {
  const { podcastId, episodeId } = await site.addPodcast({ title: "Exported" });
  const visitor = createVisitor(site.url);
  await signUp(visitor, "export@example.com");
  await visitor.post(`/podcasts/${podcastId}/subscription`, { subscribed: "true" });
  await visitor.post(`/podcasts/${podcastId}/episodes/${episodeId}/state`, { played: "true" });
  await visitor.post("/account/api-keys", { name: "my app" });

  const answer = await visitor.get("/account/export");

  const data = JSON.parse(answer.body);
  assert.match(answer.headers.get("content-disposition") ?? "", /^attachment; filename="podcore-account\.json"$/);
  assert.equal(data.account.email, "export@example.com");
  assert.equal(data.podcasts[0].title, "Exported");
  assert.match(data.podcasts[0].feed_url, /^http:\/\/127\.0\.0\.1:\d+\/\d+\.xml$/);
  assert.deepEqual([data.episodes[0].guid, data.episodes[0].is_played], ["1", true]);
  assert.equal(data.logins.length, 1);
  assert.equal(data.api_keys[0].name, "my app");
  assert.doesNotMatch(answer.body, /sha256|password_hash|argon2/);
  assert.equal((await createVisitor(site.url).get("/account/export")).status, 401);
});

test("an account is deleted with its password, and nothing of it is left", async () => {
  const { podcastId, episodeId } = await site.addPodcast({ title: "Left" });
  const visitor = createVisitor(site.url);
  await signUp(visitor, "gone@example.com");
  await visitor.post(`/podcasts/${podcastId}/subscription`, { subscribed: "true" });
  await visitor.post(`/podcasts/${podcastId}/episodes/${episodeId}/state`, { favorited: "true" });
  await visitor.post("/account/api-keys", { name: "my app" });
  const account = await accountOf("gone@example.com");

  const wrong = await visitor.post("/account/deletion", { password: "wrong" });
  const isStill = (await accountOf("gone@example.com")) !== undefined;
  const done = await visitor.post("/account/deletion", { password: PASSWORD });

  assert.match(wrong.body, /That is not your password\./);
  assert.equal(isStill, true);
  assert.deepEqual([done.status, done.location], [303, "/"]);
  for (const table of ["account_podcast", "account_episode", "login", "api_key", "verification_code"]) {
    const [row] = await sql`select count(*)::int as num from ${sql(table)} where account_id = ${account?.id}`;
    assert.equal(row?.num, 0, table);
  }
  assert.equal(await accountOf("gone@example.com"), undefined);
  assert.equal((await sql`select from podcast where id = ${podcastId}`).length, 1);
});

test("pages of who is logged in are kept by no shared cache, and others vary by cookie", async () => {
  const visitor = createVisitor(site.url);
  const anonymous = await visitor.get("/");
  await signUp(visitor, "cache@example.com");

  const own = await visitor.get("/");
  const account = await visitor.get("/account");

  assert.equal(anonymous.headers.get("vary"), "cookie, accept-encoding");
  assert.equal(own.headers.get("cache-control"), "private, no-cache");
  assert.equal(account.headers.get("cache-control"), "no-store");
});
