import assert from "node:assert/strict";
import test from "node:test";
import { callArtifact } from "../../support/artifact.ts";
import { runSite } from "../../support/running-site.ts";
import { createVisitor } from "../../support/visitor.ts";

const site = await runSite();
const PASSWORD = "correct horse";

async function addAccount(email: string): Promise<void> {
  const { code, stdout } = await callArtifact({
    name: "admin-account-add",
    params: JSON.stringify({ email, password: PASSWORD }),
    environment: { DATABASE_URL: site.databaseUrl },
  });
  assert.equal(code, 0, stdout);
}

const attempt = (email: string, { address = "203.0.113.7", password = "wrong guess" } = {}) =>
  createVisitor(site.url, { address }).post("/login", { email, password });

test("after ten failures an account's logins are refused for a while, from anywhere, with the right password, too", async () => {
  await Promise.all([addAccount("guessed@example.com"), addAccount("other@example.com")]);
  const failures = [];
  for (let i = 0; i < 10; i++) failures.push(await attempt("guessed@example.com", { address: `198.51.${i}.1` }));

  const eleventh = await attempt("Guessed@Example.com", { address: "192.0.2.1", password: PASSWORD });
  const other = await attempt("other@example.com", { address: "192.0.2.1", password: PASSWORD });
  const unknown = [];
  for (let i = 0; i < 11; i++) unknown.push(await attempt("nobody@example.com", { address: `198.51.${100 + i}.1` }));

  assert.deepEqual(new Set(failures.map(({ status }) => status)), new Set([200]));
  assert.equal(eleventh.status, 429);
  const retryAfter = Number(eleventh.headers.get("retry-after"));
  assert.ok(retryAfter > 800 && retryAfter <= 900, String(retryAfter));
  assert.match(eleventh.body, /Too many requests: too many failed logins/);
  assert.equal(other.status, 303);
  // The same for an address that has no account.
  assert.deepEqual(
    unknown.map(({ status }) => status),
    [...Array(10).fill(200), 429],
  );
});

test("whoever is logged in changes the password, and deletes the account, while others' guesses have closed its login", async () => {
  await addAccount("owner@example.com");
  const address = "198.18.0.1";
  const owner = createVisitor(site.url, { address });
  await owner.post("/login", { email: "owner@example.com", password: PASSWORD });
  for (let i = 0; i < 50; i++) await attempt(i < 10 ? "owner@example.com" : `n${i}@example.com`, { address });
  const form = { password: "battery staple", password_confirm: "battery staple" };

  const again = await attempt("owner@example.com", { address: "192.0.2.3", password: PASSWORD });
  const changed = await owner.post("/account/password", { current_password: PASSWORD, ...form });
  const guesses = [];
  for (let i = 0; i < 11; i++) guesses.push((await owner.post("/account/deletion", { password: "a guess" })).status);
  await site.sql`update rate_limit set resets_at = podcore_now()`;
  const deleted = await owner.post("/account/deletion", { password: "battery staple" });

  assert.equal(again.status, 429);
  assert.equal(changed.location, "/account#logins");
  assert.deepEqual(guesses, [...Array(10).fill(200), 429]);
  assert.deepEqual([deleted.status, deleted.location], [303, "/"]);
});

test("after fifteen minutes an account's logins are heard again", async () => {
  await addAccount("later@example.com");
  for (let i = 0; i < 10; i++) await attempt("later@example.com", { address: `100.99.${i}.1` });
  await site.sql`update rate_limit set resets_at = podcore_now() where kind = 'login-account'`;

  const later = await attempt("later@example.com", { address: "192.0.2.9", password: PASSWORD });

  assert.equal(later.status, 303);
});

test("after fifty failures a network's logins are refused, and no other's", async () => {
  await addAccount("home@example.com");
  const statuses = [];
  for (let i = 0; i < 50; i++) {
    const address = `2001:db8:1:1::${i.toString(16)}`;
    statuses.push((await attempt(`n${i}@example.com`, { address })).status);
  }

  const same = await attempt("home@example.com", { address: "2001:db8:1:1:ffff::1", password: PASSWORD });
  const other = await attempt("home@example.com", { address: "2001:db8:1:2::1", password: PASSWORD });

  assert.deepEqual(new Set(statuses), new Set([200]));
  assert.equal(same.status, 429);
  assert.equal(other.status, 303);
});

test("behind a load balancer that hides its clients, fifty failures lock nobody else out", async () => {
  await addAccount("hidden@example.com");
  // What the ingress writes where the load balancer's node is all that it sees.
  const address = "10.244.0.17";
  const statuses = [];
  for (let i = 0; i < 51; i++) statuses.push((await attempt(`h${i}@example.com`, { address })).status);

  const right = await attempt("hidden@example.com", { address, password: PASSWORD });

  assert.deepEqual(new Set(statuses), new Set([200]));
  assert.equal(right.status, 303);
});

test("sign-ups, links and new accounts of unknown addresses share a limit a hundred times a network's", async () => {
  const address = "10.244.0.17";
  const visit = () => createVisitor(site.url, { address });
  const taken = (kind: string) => site.sql`
    select num_taken from rate_limit where kind = ${kind} and subject = 'unknown'`;
  const statuses = [];
  for (let i = 0; i < 21; i++) {
    statuses.push((await visit().post("/password-reset", { email: `reset${i}@example.com` })).status);
  }
  await site.sql`update rate_limit set num_taken = 2000 where kind = 'password-reset' and subject = 'unknown'`;

  const over = await visit().post("/password-reset", { email: "over@example.com" });
  const form = { email: "new@example.com", password: PASSWORD, password_confirm: PASSWORD };
  const signedUp = await visit().post("/signup", form);

  assert.deepEqual(new Set(statuses), new Set([200]));
  assert.equal(over.status, 429);
  assert.equal(signedUp.status, 200);
  assert.deepEqual([...(await taken("sign-up")), ...(await taken("account"))], [{ num_taken: 1 }, { num_taken: 1 }]);
});

test("logins that succeed do not count, and many attempts at once get past no limit", async () => {
  await addAccount("right@example.com");
  for (let i = 0; i < 12; i++) {
    const { status } = await attempt("right@example.com", { address: "100.98.1.1", password: PASSWORD });
    assert.equal(status, 303);
  }

  const atOnce = await Promise.all(
    Array.from({ length: 30 }, (_, i) => attempt("right@example.com", { address: `100.97.${i}.1` })),
  );

  assert.equal(atOnce.filter(({ status }) => status === 200).length, 10);
  assert.equal(atOnce.filter(({ status }) => status === 429).length, 20);
});

test("a hash of other parameters is made anew when its owner logs in", async () => {
  await addAccount("old@example.com");
  const [{ password_hash: today } = {}] =
    await site.sql`select password_hash from account where email = 'old@example.com'`;
  const { argon2Sync } = await import("node:crypto");
  const nonce = Buffer.alloc(16, 7);
  const hash = argon2Sync("argon2id", {
    message: PASSWORD,
    nonce,
    memory: 8_192,
    passes: 1,
    parallelism: 1,
    tagLength: 32,
  });
  const base64 = (bytes: Buffer) => bytes.toString("base64").replace(/=+$/, "");
  const weak = `$argon2id$v=19$m=8192,t=1,p=1$${base64(nonce)}$${base64(hash)}`;
  await site.sql`update account set password_hash = ${weak} where email = 'old@example.com'`;

  const { status } = await attempt("old@example.com", { address: "100.96.1.1", password: PASSWORD });

  const [row] = await site.sql`select password_hash from account where email = 'old@example.com'`;
  assert.equal(status, 303);
  assert.notEqual(row?.password_hash, weak);
  assert.equal(row?.password_hash.split("$")[3], today?.split("$")[3]);
});
