import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import test from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import postgres from "postgres";
import { callArtifact, startArtifact } from "../../support/artifact.ts";
import { createDatabase, urlOf } from "../../support/postgres.ts";

const UNREACHABLE = "postgres://podcore:secret@127.0.0.1:1/podcore";

/** Asks until it is ready. The pause between two checks of the schema is 5 s at most. */
async function untilReady(url: string): Promise<Response> {
  let reply = await fetch(`${url}/ready`);
  for (let i = 0; i < 1_000 && reply.status !== 200; i += 1) {
    await pause(50);
    reply = await fetch(`${url}/ready`);
  }
  return reply;
}

test("a process is not ready while the schema is older than its code, and becomes so without a request", async () => {
  const empty = await createDatabase({ isEmpty: true });
  const artifact = await startArtifact({ name: "web-home-get", environment: { DATABASE_URL: empty } });

  const before = await fetch(`${artifact.url}/ready`);
  const alive = await fetch(`${artifact.url}/health`);
  await callArtifact({ name: "admin-migrate", environment: { DATABASE_URL: empty } });
  const afterwards = await untilReady(artifact.url);

  assert.deepEqual([before.status, alive.status, afterwards.status], [503, 200, 200]);
  assert.match(await before.text(), /^{"status":"starting",/);
  assert.deepEqual(await afterwards.json(), { status: "ready", database: "up" });
  assert.doesNotMatch(artifact.output(), /Request finished/);
});

test("a process is not ready while it has never reached the database", async () => {
  const artifact = await startArtifact({ name: "web", environment: { DATABASE_URL: UNREACHABLE } });

  let reply = await fetch(`${artifact.url}/ready`);
  let body = await reply.text();
  for (let i = 0; i < 1_000 && body.includes("unknown"); i += 1) {
    await pause(20);
    reply = await fetch(`${artifact.url}/ready`);
    body = await reply.text();
  }

  assert.deepEqual([reply.status, body], [503, '{"status":"starting","database":"down"}']);
  assert.equal(await artifact.stop(), 0);
});

for (const name of ["web-asset-get", "admin-migrate"]) {
  test(`${name}, which checks no schema, is ready at once`, async () => {
    const artifact = await startArtifact({ name, environment: { DATABASE_URL: UNREACHABLE } });

    const reply = await fetch(`${artifact.url}/ready`);

    assert.equal(reply.status, 200);
  });
}

test("a process stays ready when the database is gone", async () => {
  const url = await createDatabase();
  const artifact = await startArtifact({ name: "web-home-get", environment: { DATABASE_URL: url } });
  await untilReady(artifact.url);
  const admin = postgres(urlOf("postgres"), { max: 1 });
  const name = new URL(url).pathname.slice(1);
  await admin.unsafe(`alter database ${name} allow_connections false`);
  await admin`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`;
  await admin.end();

  const page = await fetch(artifact.url);
  const ready = await fetch(`${artifact.url}/ready`);

  assert.ok(page.status >= 500);
  assert.equal(ready.status, 200);
});

test("probes answer GET and HEAD, whatever the Host, and are not logged", async () => {
  const artifact = await startArtifact({ name: "web-asset-get" });
  const ask = async (method: string, path: string) => {
    const outgoing = request(artifact.url + path, { method, headers: { host: "elsewhere.example.com" } });
    const [reply] = await once(outgoing.end(), "response");
    return [reply.statusCode, await text(reply)];
  };

  const replies = [
    await ask("GET", "/ready?from=probe"),
    await ask("HEAD", "/ready"),
    await ask("GET", "/health"),
    await ask("HEAD", "/health"),
  ];

  assert.deepEqual(replies, [
    [200, '{"status":"ready","database":"unknown"}'],
    [200, ""],
    [200, ""],
    [200, ""],
  ]);
  assert.doesNotMatch(artifact.output(), /Request finished/);
  assert.equal((await ask("POST", "/ready"))[0], 404);
});
