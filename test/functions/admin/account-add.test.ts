import assert from "node:assert/strict";
import test from "node:test";
import { callArtifact, startArtifact } from "../../support/artifact.ts";
import { createDatabase } from "../../support/postgres.ts";
import { createVisitor } from "../../support/visitor.ts";

const databaseUrl = await createDatabase();
const PASSWORD = "correct horse";

async function add(params: object, environment: Record<string, string> = {}) {
  const { code, stdout } = await callArtifact({
    name: "admin-account-add",
    params: JSON.stringify(params),
    environment: { DATABASE_URL: databaseUrl, ...environment },
  });
  return { code, body: JSON.parse(stdout) };
}

async function serve(environment: Record<string, string>) {
  const { url } = await startArtifact({ name: "web", environment: { DATABASE_URL: databaseUrl, ...environment } });
  return createVisitor(url);
}

const pathOf = (link: string) => link.slice(new URL(link).origin.length);
const codeOf = (link: string) => new URL(link).searchParams.get("code") ?? "";

test("account-add makes an account of an address and a password, once", async () => {
  const made = await add({ email: "ada@example.com", password: PASSWORD });
  const again = await add({ email: "Ada@Example.com", password: PASSWORD });
  const visitor = await serve({ PODCORE_SIGNUP: "closed" });
  const login = await visitor.post("/login", { email: "ada@example.com", password: PASSWORD });

  assert.equal(made.code, 0);
  assert.deepEqual(Object.keys(made.body), ["email", "accountId"]);
  assert.equal(again.code, 1);
  assert.match(again.body.errors[0].message, /^Cannot add account: "Ada@Example\.com" has an account already$/);
  assert.equal(login.location, "/account");
});

test("account-add refuses what is no address and no password, by name and value", async () => {
  const cases: [object, RegExp][] = [
    [{}, /Missing parameter "email"/],
    [{ email: "ada" }, /Error parsing parameter "email": Please specify a valid email address\. "ada"/],
    [{ email: "b@example.com", password: "short" }, /"password": Password must be at least 8 characters long\./],
    [{ email: "b@example.com", password: 12_345_678 }, /Error parsing parameter "password"/],
  ];

  for (const [params, message] of cases) {
    const { code, body } = await add(params);

    assert.equal(code, 1);
    assert.match(body.errors[0].message, message);
  }
});

test("account-add without a password gives a link by which its reader makes the account, where signing up is by invitation", async () => {
  const environment = { PODCORE_SIGNUP: "invite", PODCORE_PUBLIC_URL: "http://localhost:1" };
  const { body } = await add({ email: "invited@example.com" }, environment);
  const visitor = await serve(environment);

  const closed = await visitor.post("/signup", {
    email: "other@example.com",
    password: PASSWORD,
    password_confirm: PASSWORD,
  });
  const asked = await visitor.get(pathOf(body.link));
  const form = { code: codeOf(body.link), password: PASSWORD, password_confirm: PASSWORD };
  const done = await visitor.post("/verify", form);
  const again = await visitor.post("/verify", form);

  assert.match(body.link, /^http:\/\/localhost:1\/verify\?code=[\w-]{43}$/);
  assert.match(closed.body, /by invitation/);
  assert.match(asked.body, /invited@example\.com/);
  assert.equal(done.location, "/account");
  assert.equal(again.status, 404);
  assert.match((await visitor.get("/account")).body, /invited@example\.com/);
});

test("account-add for an address that has an account gives a link to change its password", async () => {
  await add({ email: "locked@example.com", password: PASSWORD });
  const { body } = await add({ email: "locked@example.com" }, { PODCORE_SIGNUP: "closed" });
  const visitor = await serve({ PODCORE_SIGNUP: "closed" });
  const code = codeOf(body.link);

  const done = await visitor.post("/password-reset", {
    code,
    password: "battery staple",
    password_confirm: "battery staple",
  });

  assert.equal(done.location, "/account");
  const login = await visitor.post("/login", { email: "locked@example.com", password: "battery staple" });
  assert.equal(login.location, "/account");
});

test("where signing up is closed, no form is shown, nothing is taken, and no invitation made or honoured", async () => {
  const { body: earlier } = await add({ email: "late@example.com" }, { PODCORE_SIGNUP: "invite" });
  const closed = { PODCORE_SIGNUP: "closed" };
  const refused = await add({ email: "new@example.com" }, closed);
  const visitor = await serve(closed);

  const page = await visitor.get("/signup");
  const sent = await visitor.post("/signup", {
    email: "x@example.com",
    password: PASSWORD,
    password_confirm: PASSWORD,
  });
  const link = await visitor.get(pathOf(earlier.link));

  assert.equal(refused.code, 1);
  assert.match(refused.body.errors[0].message, /^Cannot invite "new@example\.com": PODCORE_SIGNUP is "closed"/);
  assert.match(page.body, /Sign-ups are closed/);
  assert.doesNotMatch(page.body, /action="\/signup"/);
  assert.match(sent.body, /Sign-ups are closed/);
  assert.equal(link.status, 404);
});

test("in production without a mail server the page says that mail is off, and takes no sign-up", async () => {
  const visitor = await serve({});

  const page = await visitor.get("/signup");
  const sent = await visitor.post("/signup", {
    email: "x@example.com",
    password: PASSWORD,
    password_confirm: PASSWORD,
  });
  const reset = await visitor.get("/password-reset");

  for (const { body } of [page, sent, reset]) assert.match(body, /cannot send email \(SMTP_URL is not set\)/);
});

test("where the site is https, its cookie is bound to the host and to https", async () => {
  await add({ email: "https@example.com", password: PASSWORD });
  const visitor = await serve({ PODCORE_PUBLIC_URL: "https://podcore.example.com" });
  const headers = { origin: "https://podcore.example.com" };

  const { headers: answered } = await visitor.post(
    "/login",
    { email: "https@example.com", password: PASSWORD },
    headers,
  );

  const cookie = answered.get("set-cookie") ?? "";
  assert.match(cookie, /__Host-podcore=[\w-]{43}; Path=\/; Max-Age=7776000; HttpOnly; SameSite=Lax; Secure$/);
  assert.equal((await visitor.get("/account")).status, 200);
});
