import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { get, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import test, { after } from "node:test";
import postgres from "postgres";
import { insertLogin } from "../../../shared/accounts/insert-login.ts";
import { newSecret } from "../../../shared/auth/secret.ts";
import { fillAccount, fillCatalogue } from "../../bench/large-account.ts";
import { startArtifact } from "../../support/artifact.ts";
import { createContext } from "../../support/context.ts";
import { createDatabase } from "../../support/postgres.ts";
import { insertAccount } from "../../support/rows.ts";

const NAME = "web-account-export-get";
const NUM_EPISODES = 40_000;

const databaseUrl = await createDatabase();
const { db } = createContext({ databaseUrl });
const sql = postgres(databaseUrl, { max: 2, onnotice: () => {} });
after(() => sql.end());
await fillCatalogue(db, { numPodcasts: 9, numEpisodes: NUM_EPISODES / 8 });
await sql`delete from podcast where id = (select max(id) from podcast)`;
await sql.unsafe(`alter database ${new URL(databaseUrl).pathname.slice(1)} set timezone = 'Pacific/Auckland'`);
const artifact = await startArtifact({
  name: NAME,
  // As the manifest has it.
  environment: { DATABASE_URL: databaseUrl, DATABASE_CONNECTIONS: "2" },
});

/** Makes an account that has heard all episodes, and returns the headers that its browser sends. */
async function makeAccount() {
  const accountId = await insertAccount(db, { email: `${crypto.randomUUID()}@example.com` });
  await fillAccount(db, { accountId, days: 0 });
  const { secret, sha256 } = newSecret();
  const browser = newSecret();
  await insertLogin(db, {
    ...{
      accountId,
      passwordHash: "not a hash",
      secretSha256: sha256,
      browserSha256: browser.sha256,
      userAgent: undefined,
      address: "",
      days: 1,
    },
  });
  return { accountId, headers: { cookie: `podcore=${secret}; podcore-browser=${browser.secret}` } };
}

const ada = await makeAccount();

async function open(headers = ada.headers): Promise<IncomingMessage> {
  const asked = get(`${artifact.url}/account/export`, { headers });
  const [reply] = await once(asked, "response");
  // A reset is told to both; the reply's reader is the one that asserts.
  asked.on("error", () => {});
  return reply;
}

/** The statements that the function has running. */
const running = () =>
  sql`select pid from pg_stat_activity where application_name = ${`podcore-${NAME}`} and state = 'active'`;

async function until(isSo: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`Not so within 20 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Locks the states, so that the export waits for its next batch, until `release` is called. */
async function holdStates() {
  const transaction = await sql.reserve();
  await transaction`begin`;
  await transaction`lock table account_episode in access exclusive mode`;
  return {
    transaction,
    async release() {
      await transaction`commit`;
      transaction.release();
    },
  };
}

test("an export is one JSON object, its keys in order, each row once, its instants in UTC", async () => {
  const reply = await open();

  const body = await text(reply);

  const data = JSON.parse(body);
  assert.deepEqual(Object.keys(data), [
    "account",
    "podcasts",
    "episodes",
    "logins",
    "browsers",
    "api_keys",
    "verification_codes",
  ]);
  assert.equal(data.podcasts.length, 8);
  const ids = data.episodes.map((row: { episode_id: number }) => row.episode_id);
  const [counted] = await sql`select count(*)::int as num from account_episode where account_id = ${ada.accountId}`;
  assert.deepEqual([ids.length, new Set(ids).size], [counted?.num, counted?.num]);
  for (const row of [data.account, data.podcasts[0], data.episodes[0], data.logins[0]]) {
    assert.equal(new Date(row.created_at).toISOString(), row.created_at);
    assert.ok(Math.abs(Date.now() - Date.parse(row.created_at)) < 3_600_000);
  }
  assert.equal(reply.headers["content-length"], undefined);
});

test("HEAD is answered without a body", async () => {
  const [reply] = await once(
    request(`${artifact.url}/account/export`, { method: "HEAD", headers: ada.headers }).end(),
    "response",
  );

  assert.deepEqual([reply.statusCode, await text(reply)], [200, ""]);
});

test("four exports at once take little memory", async () => {
  const peak = () =>
    Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${artifact.child.pid}/status`, "utf8"))?.[1]);

  const bodies = await Promise.all([1, 2, 3, 4].map(async () => (await text(await open())).length));

  assert.ok(Math.min(...bodies) > 10_000_000, `an export of ${bodies[0]} characters proves nothing`);
  // All four whole in memory, as text alone, would be 40 MB more than Node and the artifact; as objects several times that.
  assert.ok(peak() < 256 * 1_024, `VmHWM is ${peak()} kB`);
});

test("a client that hangs up ends the statement that runs for it", async () => {
  const { headers } = await makeAccount();
  const held = await holdStates();
  try {
    const reply = await open(headers);
    reply.on("error", () => {});
    await until(async () => (await running()).length === 1, "a batch is asked for");

    reply.destroy();

    await until(async () => (await running()).length === 0, "no statement runs");
    await until(() => artifact.output().includes("Reply abandoned"), "the log says so");
  } finally {
    await held.release();
  }
});

test("an export goes on, when its connections are ended in the middle", async () => {
  const reply = await open();
  let numEnded = 0;
  let size = 0;
  let body = "";
  reply.setEncoding("utf8");
  for await (const chunk of reply) {
    body += chunk;
    size += chunk.length;
    if (size < 1_000_000 || numEnded >= 5) continue;
    size = 0;
    const ended = await sql`
      select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${`podcore-${NAME}`}`;
    numEnded += ended.length;
  }

  assert.ok(numEnded >= 5);
  assert.ok(JSON.parse(body).episodes.length > 30_000);
});

test("an export that fails in the middle is a broken download, not a short one", async () => {
  const { accountId, headers } = await makeAccount();
  const held = await holdStates();
  const reply = await open(headers);
  const isBroken = assert.rejects(text(reply), { code: "ECONNRESET" });
  await until(async () => (await running()).length === 1, "a batch is asked for");

  await held.transaction`delete from account where id = ${accountId}`;
  await held.release();

  await isBroken;
});
