import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { sql } from "drizzle-orm";
import { authority, goodCert, key } from "../fetch/certificates.ts";
import { AS_OPERATOR, callArtifact, OPERATOR_TOKEN, startArtifact } from "../support/artifact.ts";
import { createContext } from "../support/context.ts";
import { distFolder } from "../support/dist.ts";
import { createDatabase } from "../support/postgres.ts";
import { type Sentry, startSentry } from "../support/sentry.ts";

const UNREACHABLE = "postgres://podcore:hunter2@127.0.0.1:1/podcore";
const DIST = distFolder();

test("--once of admin-error reports the chain of causes, with frames of the artifact, before it exits", async () => {
  const sentry = await startSentry();

  const { code, stdout } = await callArtifact({ name: "admin-error", environment: { SENTRY_DSN: sentry.dsn } });

  const [event] = sentry.events();
  assert.deepEqual([code, sentry.events().length], [1, 1]);
  assert.match(stdout, /Internal server error/);
  assert.deepEqual(
    event?.exception?.values.map(({ type, value }) => `${type}: ${value}`),
    ["Error: Failed on purpose, at the root", "Error: Failed on purpose, in the middle", "Error: Failed on purpose"],
  );
  assert.equal(event?.tags.function_name, "admin-error");
  assert.match(event?.exception?.values[0]?.stacktrace?.frames.at(-1)?.filename ?? "", /\/dist\/admin-error\.cjs$/);
});

test("admin-error reports with the request's id and setting, served", async () => {
  const sentry = await startSentry();
  const artifact = await startArtifact({
    name: "admin-error",
    environment: { SENTRY_DSN: sentry.dsn, PODCORE_ENV: "development", PODCORE_OPERATOR_TOKEN: OPERATOR_TOKEN },
  });

  const reply = await fetch(artifact.url, { method: "POST", headers: AS_OPERATOR });
  const code = await artifact.stop();

  const [event] = sentry.events();
  assert.deepEqual([reply.status, code, sentry.events().length], [500, 0, 1]);
  assert.equal(event?.tags.request_id, reply.headers.get("x-request-id"));
  assert.equal(event?.environment, "development");
});

test("an artifact of many functions reports which one failed", async () => {
  const sentry = await startSentry();
  const environment = { SENTRY_DSN: sentry.dsn, DATABASE_URL: UNREACHABLE, PODCORE_OPERATOR_TOKEN: OPERATOR_TOKEN };
  const artifact = await startArtifact({ name: "internal", environment });

  await fetch(`${artifact.url}/admin/error`, { method: "POST", headers: AS_OPERATOR });
  await artifact.stop();

  assert.deepEqual(
    sentry.events().map(({ tags }) => tags.function_name),
    ["admin-error"],
  );
});

test("an unreachable database is reported once for many requests, and no reply waits for it", async () => {
  // Were a reply to wait for Sentry, none would come.
  const sentry = await startSentry({ answer: () => "nothing" });
  const artifact = await startArtifact({
    name: "web-home-get",
    environment: { SENTRY_DSN: sentry.dsn, DATABASE_URL: UNREACHABLE },
  });

  const replies = await Promise.all(Array.from({ length: 5 }, () => fetch(artifact.url)));
  const code = await artifact.stop();

  const [event] = sentry.events();
  assert.deepEqual([...replies.map(({ status }) => status), code], [503, 503, 503, 503, 503, 0]);
  assert.equal(sentry.events().length, 1);
  assert.equal(event?.message, "Cannot reach the database");
  assert.doesNotMatch(sentry.text(), /hunter2/);
  // The one that was given up, too.
  assert.match(artifact.output(), /Errors were not reported, num_repeated: 4, num_dropped: 1.*Stopped\n$/s);
});

test("what is the reader's own failure is not reported", async () => {
  const sentry = await startSentry();
  const environment = { SENTRY_DSN: sentry.dsn };
  const artifact = await startArtifact({ name: "web-asset-get", environment });

  const reply = await fetch(`${artifact.url}/nowhere`);
  await artifact.stop();
  const { code } = await callArtifact({ name: "admin-podcast-remove", params: '{"podcastId":"x"}', environment });

  assert.deepEqual([reply.status, code, sentry.numConnections()], [404, 1, 0]);
});

test("nothing secret is reported: neither headers nor a failed query's values nor a feed's credentials", async () => {
  const sentry = await startSentry();
  const databaseUrl = await createDatabase();
  const { db } = createContext({ databaseUrl });
  await db.once.execute(sql`drop table podcast cascade`);
  await db.once.execute(sql`drop table podcast_feed_location cascade`);
  const operatorToken = "hunter2-hunter2-hunter2-hunter2-hunter2";
  const environment = { SENTRY_DSN: sentry.dsn, DATABASE_URL: databaseUrl, PODCORE_OPERATOR_TOKEN: operatorToken };
  const page = await startArtifact({ name: "web-podcast-get", environment });
  const failing = await startArtifact({ name: "admin-error", environment });
  const headers = { cookie: "podcore-login=hunter2", "x-forwarded-for": "203.0.113.7" };

  const reply = await fetch(`${page.url}/podcasts/987654321?token=hunter2`, { headers });
  const authorization = `Bearer ${operatorToken}`;
  const failed = await fetch(failing.url, { method: "POST", headers: { ...headers, authorization } });
  await Promise.all([page.stop(), failing.stop()]);
  const params = '{"url":"http://me:hunter2@127.0.0.1:9/feed.xml"}';
  const { code } = await callArtifact({ name: "admin-podcast-add", params, environment });

  assert.deepEqual([reply.status, failed.status, code, sentry.events().length], [500, 500, 1, 3]);
  assert.match(sentry.text(), /Failed query: select .*params: \*\*\*/);
  assert.doesNotMatch(sentry.text(), /hunter2|987654321|203\.0\.113/);
});

test("tick-work reports a job that it parks", async () => {
  const sentry = await startSentry();
  const databaseUrl = await createDatabase();
  const { db } = createContext({ databaseUrl });
  await db.once.execute(sql`insert into job (name, args, num_errors) values ('nothing', '{}', 9)`);

  await callArtifact({ name: "tick-work", environment: { SENTRY_DSN: sentry.dsn, DATABASE_URL: databaseUrl } });

  const [event] = sentry.events();
  assert.equal(sentry.events().length, 1);
  assert.equal(event?.message, "Job parked");
  assert.deepEqual(event?.extra, { num_errors: 10, reason: "Unknown job: nothing" });
  assert.equal(event?.tags.job, "nothing");
});

test("errors are reported over TLS", async (t) => {
  const sentry = await startSentry({ tls: { key, cert: goodCert } });
  const folder = await mkdtemp(join(tmpdir(), "podcore-authority-"));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "authority.pem");
  await writeFile(file, authority);

  const { stderr } = await callArtifact({
    name: "admin-error",
    environment: { SENTRY_DSN: sentry.dsn, NODE_EXTRA_CA_CERTS: file },
  });

  assert.match(sentry.dsn, /^https:/);
  assert.equal(sentry.events().length, 1, stderr);
});

const STRAYS = {
  rejection: 'Promise.reject(new Error("Rejected and left"));',
  throw: 'setImmediate(()=>{throw new Error("Thrown and left")});',
};

/** admin-error as if it also left something behind that fails. */
async function writeStray(t: TestContext, stray: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "podcore-stray-"));
  t.after(() => rm(folder, { recursive: true }));
  const text = await readFile(join(DIST, "admin-error.cjs"), "utf8");
  const changed = text.replace('throw new Error("Failed on purpose"', (it) => stray + it);
  assert.notEqual(changed, text);
  const file = join(folder, "stray.cjs");
  await writeFile(file, changed);
  return file;
}

test("a stray rejection is reported, and the process goes on", async (t) => {
  const sentry = await startSentry();
  const file = await writeStray(t, STRAYS.rejection);
  const environment = { SENTRY_DSN: sentry.dsn, PODCORE_OPERATOR_TOKEN: OPERATOR_TOKEN };
  const artifact = await startArtifact({ name: "stray", file, environment });

  const reply = await fetch(artifact.url, { method: "POST", headers: AS_OPERATOR });
  await sentry.untilEvents(2);
  const again = await fetch(`${artifact.url}/health`);

  assert.deepEqual([reply.status, again.status, await artifact.stop()], [500, 200, 0]);
  assert.deepEqual(messagesOf(sentry), ["Request failed", "Unhandled rejection"]);
});

test("a stray throw is reported, and ends the process", async (t) => {
  const sentry = await startSentry();
  const file = await writeStray(t, STRAYS.throw);
  const environment = { SENTRY_DSN: sentry.dsn, PODCORE_OPERATOR_TOKEN: OPERATOR_TOKEN };
  const artifact = await startArtifact({ name: "stray", file, environment });
  const exited = once(artifact.child, "exit");

  const reply = await fetch(artifact.url, { method: "POST", headers: AS_OPERATOR });
  const [code] = await exited;

  assert.deepEqual([reply.status, code], [500, 1]);
  assert.deepEqual(messagesOf(sentry), ["Request failed", "Uncaught exception"]);
});

test("a stray throw in the grace period ends that", async (t) => {
  const file = await writeStray(t, STRAYS.throw);
  const artifact = await startArtifact({
    name: "stray",
    file,
    environment: { PODCORE_SHUTDOWN_GRACE_MS: "300000", PODCORE_OPERATOR_TOKEN: OPERATOR_TOKEN },
  });
  const exit = artifact.stop();

  const reply = await fetch(artifact.url, { method: "POST", headers: AS_OPERATOR });

  assert.deepEqual([reply.status, await exit], [500, 1]);
});

for (const [kind, stray] of Object.entries(STRAYS)) {
  test(`--once reports a stray ${kind}, and exits 1`, async (t) => {
    const sentry = await startSentry();
    const file = await writeStray(t, stray);

    const { code, stderr } = await callArtifact({ name: "stray", file, environment: { SENTRY_DSN: sentry.dsn } });

    assert.equal(code, 1);
    assert.deepEqual(messagesOf(sentry), ["Request failed", "Uncaught exception"]);
    assert.match(stderr, /ERRO Uncaught exception, .*error: (Rejected|Thrown) and left/);
  });
}

function messagesOf(sentry: Sentry): string[] {
  return sentry
    .events()
    .map(({ message }) => message)
    .sort();
}
