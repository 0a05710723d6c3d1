import assert from "node:assert/strict";
import { createHash } from "node:crypto";
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

/** A browser that was logged in to the account, and is not any longer. */
async function knownBrowser(email: string, address = "192.0.2.77") {
  const browser = createVisitor(site.url, { address });
  assert.equal((await browser.post("/login", { email, password: PASSWORD })).status, 303);
  assert.equal((await browser.post("/logout")).status, 303);
  return browser;
}

/** As many wrong passwords as an account takes a day, from ten networks. */
async function guessForADay(email: string): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < 100; i++) statuses.push((await attempt(email, { address: `198.51.${i % 10}.1` })).status);
  return statuses;
}

/** As if as many had been sent: hashing hundreds of passwords takes long. */
async function closeForADay(email: string): Promise<void> {
  const subject = createHash("sha256").update(JSON.stringify({ email })).digest("hex");
  await site.sql`
    insert into rate_limit (kind, subject, num_taken, resets_at)
    values ('login-account-day', ${subject}, 100, podcore_now() + interval '1 day')
    on conflict (kind, subject) do update set num_taken = 100`;
}

const attempt = (email: string, { address = "203.0.113.7", password = "wrong guess" } = {}) =>
  createVisitor(site.url, { address }).post("/login", { email, password });

test("after ten failures from one network an account's logins are refused there for a while, with the right password, too", async () => {
  await Promise.all([addAccount("guessed@example.com"), addAccount("other@example.com")]);
  const failures = [];
  for (let i = 0; i < 10; i++) failures.push(await attempt("guessed@example.com", { address: `198.51.7.${i}` }));

  const eleventh = await attempt("Guessed@Example.com", { address: "198.51.7.200", password: PASSWORD });
  const elsewhere = await attempt("guessed@example.com", { address: "192.0.2.1", password: PASSWORD });
  const other = await attempt("other@example.com", { address: "198.51.7.1", password: PASSWORD });
  const unknown = [];
  for (let i = 0; i < 11; i++) unknown.push(await attempt("nobody@example.com", { address: "198.51.8.1" }));

  assert.deepEqual(new Set(failures.map(({ status }) => status)), new Set([200]));
  assert.equal(eleventh.status, 429);
  const retryAfter = Number(eleventh.headers.get("retry-after"));
  assert.ok(retryAfter > 800 && retryAfter <= 900, String(retryAfter));
  assert.match(eleventh.body, /Too many requests: too many failed logins/);
  assert.deepEqual([elsewhere.status, other.status], [303, 303]);
  // The same for an address that has no account.
  assert.deepEqual(
    unknown.map(({ status }) => status),
    [...Array(10).fill(200), 429],
  );
});

test("a hundred wrong passwords a day from many networks keep every new browser out, and no known one", async () => {
  await addAccount("famous@example.com");
  const known = await knownBrowser("famous@example.com");

  const guesses = await guessForADay("famous@example.com");
  await closeForADay("unfamous@example.com");
  const stranger = await attempt("famous@example.com", { address: "11.90.1.1", password: PASSWORD });
  const nobody = await attempt("unfamous@example.com", { address: "11.90.1.1", password: PASSWORD });
  const owner = await known.post("/login", { email: "famous@example.com", password: PASSWORD });

  assert.deepEqual(new Set(guesses), new Set([200]));
  assert.equal(stranger.status, 429);
  assert.ok(Number(stranger.headers.get("retry-after")) > 80_000);
  assert.equal(owner.status, 303);
  // An address without an account looks the same.
  const words = ({ body }: { body: string }) => body.replaceAll("unfamous@", "famous@");
  assert.equal(nobody.status, 429);
  assert.equal(words(nobody), words(stranger));
});

test("a known browser is kept out by its own wrong passwords only, and knows one account, not another", async () => {
  await Promise.all([addAccount("mine@example.com"), addAccount("yours@example.com")]);
  const [known, second] = [await knownBrowser("mine@example.com"), await knownBrowser("mine@example.com")];
  const post = (email: string, password: string) => known.post("/login", { email, password });

  const own = [];
  for (let i = 0; i < 11; i++) own.push((await post("mine@example.com", "wrong guess")).status);
  await closeForADay("yours@example.com");
  const yours = await post("yours@example.com", PASSWORD);
  const other = await second.post("/login", { email: "mine@example.com", password: PASSWORD });

  assert.deepEqual(own, [...Array(10).fill(200), 429]);
  assert.equal(yours.status, 429);
  assert.equal(other.status, 303);
});

test("a change of the password makes unknown what others were logged in with", async () => {
  await addAccount("taken@example.com");
  const thief = await knownBrowser("taken@example.com");
  const owner = await knownBrowser("taken@example.com");
  await owner.post("/login", { email: "taken@example.com", password: PASSWORD });
  const form = { password: "battery staple", password_confirm: "battery staple" };

  await owner.post("/account/password", { current_password: PASSWORD, ...form });
  await closeForADay("taken@example.com");
  const refused = await thief.post("/login", { email: "taken@example.com", password: "battery staple" });
  const again = await owner.post("/login", { email: "taken@example.com", password: "battery staple" });

  assert.deepEqual([refused.status, again.status], [429, 303]);
});

test("a new browser that is refused is offered a link by mail, which logs it in once, and is known from then on", async () => {
  await addAccount("linked@example.com");
  await closeForADay("linked@example.com");
  const browser = createVisitor(site.url, { address: "11.91.1.1" });

  const refused = await browser.post("/login", { email: "linked@example.com", password: PASSWORD });
  const [, email = ""] = /action="\/login-link"[\s\S]*name="email" value="([^"]+)"/.exec(refused.body) ?? [];
  const sent = await browser.post("/login-link", { email });
  const unknown = await browser.post("/login-link", { email: "nobody@example.com" });
  const link = await site.mailedLink();
  const asked = await browser.get(link);
  const [, code = ""] = /name="code" value="([^"]+)"/.exec(asked.body) ?? [];
  const before = await browser.get("/account");
  const done = await browser.post("/login-link", { code });
  const again = await createVisitor(site.url).post("/login-link", { code });
  const account = await browser.get("/account");
  await browser.post("/logout");
  const withPassword = await browser.post("/login", { email, password: PASSWORD });

  assert.equal(refused.status, 429);
  assert.equal(sent.body.replaceAll(email, "..."), unknown.body.replaceAll("nobody@example.com", "..."));
  assert.match(link, /^\/login-link\?code=/);
  assert.equal(before.status, 307);
  assert.deepEqual([done.status, done.location, again.status], [303, "/account", 404]);
  assert.match(account.body, /linked@example\.com/);
  assert.equal(withPassword.status, 303);
});

test("whoever asks for login links without end leaves the owner one that works", async () => {
  await addAccount("flooded@example.com");
  for (let i = 0; i < 4; i++) {
    await createVisitor(site.url, { address: `11.92.${i}.1` }).post("/login-link", { email: "flooded@example.com" });
  }
  const links = [await site.mailedLink(), await site.mailedLink()];
  while ((await site.sql`select from job`).length > 0) await new Promise((resolve) => setTimeout(resolve, 50));

  const asked = await Promise.all(links.map((link) => createVisitor(site.url).get(link)));
  const [row] = await site.sql`
    select count(*)::int as num, max(expires_at - podcore_now()) > interval '15 minutes' as is_longer
    from verification_code where email = 'flooded@example.com'`;

  assert.deepEqual(
    asked.map(({ status }) => status),
    [200, 200],
  );
  assert.deepEqual({ ...row }, { num: 2, is_longer: true });
});

test("whoever is logged in changes the password, and deletes the account, while others' guesses have closed its login", async () => {
  await addAccount("owner@example.com");
  const address = "198.18.0.1";
  const owner = createVisitor(site.url, { address });
  await owner.post("/login", { email: "owner@example.com", password: PASSWORD });
  for (let i = 0; i < 50; i++) await attempt(i < 10 ? "owner@example.com" : `n${i}@example.com`, { address });
  const form = { password: "battery staple", password_confirm: "battery staple" };

  const again = await attempt("owner@example.com", { address, password: PASSWORD });
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
  for (let i = 0; i < 10; i++) await attempt("later@example.com", { address: "11.99.1.1" });
  await site.sql`update rate_limit set resets_at = podcore_now() where kind = 'login-account'`;

  const later = await attempt("later@example.com", { address: "11.99.1.1", password: PASSWORD });

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

// What the ingress writes where the load balancer's node is all that it sees, alone and after what a visitor wrote.
for (const { chain, forge } of [
  { chain: "10.244.0.17", forge: () => "10.244.0.17" },
  { chain: "spoof, 10.244.0.17", forge: (i: number) => `192.88.${i}.9, 10.244.0.17` },
]) {
  test(`behind a load balancer that hides its clients (${chain}), fifty failures lock nobody else out`, async () => {
    const name = chain.length;
    await addAccount(`hidden${name}@example.com`);
    const networks = () => site.sql`select subject from rate_limit where kind = 'login-network'`;
    const before = await networks();
    const statuses = [];
    for (let i = 0; i < 51; i++) {
      statuses.push((await attempt(`h${name}-${i}@example.com`, { address: forge(i) })).status);
    }

    const right = await attempt(`hidden${name}@example.com`, { address: forge(0), password: PASSWORD });

    assert.deepEqual(new Set(statuses), new Set([200]));
    assert.equal(right.status, 303);
    assert.deepEqual([...(await networks())], [...before]);
  });
}

test("behind a load balancer that hides its clients, no header gets a visitor limits of its own", async () => {
  await site.sql`delete from rate_limit where kind = 'password-reset'`;
  for (let i = 0; i < 3; i++) {
    const visitor = createVisitor(site.url, { address: `192.88.${i}.9, 10.244.0.17` });
    await visitor.post("/password-reset", { email: `spoof${i}@example.com` });
  }

  const taken = await site.sql`
    select subject, num_taken from rate_limit where kind = 'password-reset'
      and subject in ('unknown', '192.88.0.0/24', '192.88.1.0/24', '192.88.2.0/24')`;

  assert.deepEqual([...taken], [{ subject: "unknown", num_taken: 3 }]);
  await site.sql`delete from rate_limit where kind = 'password-reset' and subject = 'unknown'`;
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
  await visit().post("/login-link", { email: "nobody@example.com" });

  const over = await visit().post("/password-reset", { email: "over@example.com" });
  const form = { email: "new@example.com", password: PASSWORD, password_confirm: PASSWORD };
  const signedUp = await visit().post("/signup", form);

  assert.deepEqual(new Set(statuses), new Set([200]));
  assert.equal(over.status, 429);
  assert.equal(signedUp.status, 200);
  for (const kind of ["sign-up", "account", "login-link"]) {
    assert.deepEqual([...(await taken(kind))], [{ num_taken: 1 }], kind);
  }
});

test("logins that succeed do not count, and many attempts at once get past no limit", async () => {
  await addAccount("right@example.com");
  for (let i = 0; i < 12; i++) {
    const { status } = await attempt("right@example.com", { address: "11.98.1.1", password: PASSWORD });
    assert.equal(status, 303);
  }

  const atOnce = await Promise.all(
    Array.from({ length: 30 }, (_, i) => attempt("right@example.com", { address: `11.97.1.${i}` })),
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

  const { status } = await attempt("old@example.com", { address: "11.96.1.1", password: PASSWORD });

  const [row] = await site.sql`select password_hash from account where email = 'old@example.com'`;
  assert.equal(status, 303);
  assert.notEqual(row?.password_hash, weak);
  assert.equal(row?.password_hash.split("$")[3], today?.split("$")[3]);
});
