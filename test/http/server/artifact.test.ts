import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import test, { after } from "node:test";
import { transform } from "esbuild";
import { freePort } from "../../../shared/dev/free-port.ts";
import { callArtifact, sendPing, startArtifact } from "../../support/artifact.ts";
import { distFolder } from "../../support/dist.ts";
import { createDatabase } from "../../support/postgres.ts";

const DIST = distFolder();
const UNREACHABLE = "postgres://podcore:secret@127.0.0.1:1/podcore";

const names = (await readdir(DIST)).filter((file) => file.endsWith(".cjs")).map((file) => basename(file, ".cjs"));
const databaseUrl = await createDatabase();
const folder = await mkdtemp(join(tmpdir(), "podcore-alone-"));
after(() => rm(folder, { recursive: true }));

for (const name of names) {
  test(`${name}.cjs starts alone in an empty folder without a database, answers /health and ends on SIGTERM`, async () => {
    const cwd = await mkdtemp(join(folder, "empty-"));
    const file = join(cwd, `${name}.cjs`);
    await copyFile(join(DIST, `${name}.cjs`), file);
    const artifact = await startArtifact({ name, file, cwd, environment: { DATABASE_URL: UNREACHABLE } });

    const reply = await fetch(`${artifact.url}/health`);
    const text = await reply.text();
    const code = await artifact.stop();

    assert.deepEqual([reply.status, text, code], [200, "", 0]);
    assert.equal(reply.headers.get("x-content-type-options"), "nosniff");
    assert.doesNotMatch(artifact.output(), /ERRO/);
  });
}

test("an artifact finishes the request in flight on SIGTERM, though Postgres holds its answer back", async () => {
  const artifact = await startArtifact({
    name: "web-podcast-get",
    environment: { DATABASE_URL: await startSlowProxy(databaseUrl, 3_000), PODCORE_LOG_LEVEL: "debug" },
  });
  const pending = fetch(`${artifact.url}/podcasts/1`);
  while (!artifact.output().includes("Generated request ID")) await new Promise((wake) => setTimeout(wake, 10));

  const code = await artifact.stop();

  const reply = await pending;
  assert.deepEqual([reply.status, code], [404, 0]);
  assert.match(await reply.text(), /resource &quot;podcast&quot; with ID 1 was not found/);
  assert.match(artifact.output(), /Draining, reason: SIGTERM.*Request finished, status: 404.*Stopped\n$/s);
});

test("an artifact answers 503, when Postgres accepts connections and closes them", async () => {
  const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => server.close());
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  const { url } = await startArtifact({
    name: "web-home-get",
    environment: { DATABASE_URL: `postgres://a:b@127.0.0.1:${address.port}/c` },
  });

  const reply = await fetch(url);

  assert.equal(reply.status, 503);
  assert.equal(reply.headers.get("retry-after"), "5");
});

test("--once exits 1 and says so, when its function's time is up and the database is silent", async () => {
  const server = createServer(() => {}).listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => server.close());
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");

  const { code, stdout } = await callArtifact({
    name: "web-home-get",
    environment: { DATABASE_URL: `postgres://a:b@127.0.0.1:${address.port}/c`, PODCORE_REQUEST_TIMEOUT_MS: "200" },
  });

  assert.equal(code, 1);
  assert.match(stdout, /Service unavailable: not finished within 200 ms/);
});

test("an artifact answers 503 with one clear line, while the schema is older than the code", async () => {
  const empty = await createDatabase({ isEmpty: true });
  const artifact = await startArtifact({ name: "web-home-get", environment: { DATABASE_URL: empty } });

  const before = await fetch(artifact.url);
  const migrated = await callArtifact({ name: "admin-migrate", environment: { DATABASE_URL: empty } });
  const afterwards = await fetch(artifact.url);

  assert.deepEqual([before.status, migrated.code, afterwards.status], [503, 0, 200]);
  assert.match(artifact.output(), /ERRO Schema is older than this code: run admin-migrate, needed: \d{4}_\w+/);
  assert.doesNotMatch(artifact.output(), /stack|__drizzle_migrations/);
});

test("--once prints the reply on stdout and the logs on stderr", async () => {
  const { code, stdout, stderr } = await callArtifact({
    name: "web-home-get",
    environment: { DATABASE_URL: databaseUrl },
  });

  assert.equal(code, 0);
  assert.match(stdout, /^<!DOCTYPE html>/);
  assert.match(stderr, /INFO Finish, elapsed: [\d.]+(µs|ms|s), step: handle_message, function: web-home-get/);
});

for (const [name, params, expected] of [
  ["admin-podcast-remove", '{"podcastId":1}', 'Not found: resource "podcast" with ID 1 was not found.'],
  ["admin-podcast-remove", '{"podcastId":"x"}', 'Bad request: Error parsing parameter "podcastId": not an ID: "x"'],
  ["admin-podcast-remove", undefined, 'Bad request: Missing parameter "podcastId"'],
  ["admin-podcast-remove", "podcast 1", "Cannot read the params after --once: not a JSON object"],
  ["admin-error", undefined, "Internal server error"],
  ["web", undefined, 'Cannot call "web" once: it has more than one function'],
] as const) {
  test(`--once of ${name} exits 1 and says why, given ${params}`, async () => {
    const options = { name, environment: { DATABASE_URL: databaseUrl } };

    const { code, stdout } = await callArtifact(params === undefined ? options : { ...options, params });

    assert.equal(code, 1);
    assert.equal(JSON.parse(stdout).errors[0].message, expected);
  });
}

test("admin-error logs the chain of causes and shows none of it", async () => {
  const { stdout, stderr } = await callArtifact({ name: "admin-error" });

  assert.match(
    stderr,
    /ERRO Request failed, .*Failed on purpose.*Failed on purpose, in the middle.*Failed on purpose, at the root/,
  );
  assert.doesNotMatch(stdout, /purpose/);
});

test("an artifact refuses arguments that it does not know", () => {
  const { status, stderr } = spawnSync(process.execPath, [join(DIST, "web-home-get.cjs"), "--twice"], {
    encoding: "utf8",
  });

  assert.equal(status, 1);
  assert.match(stderr, /^Cannot use the arguments "--twice": usage: web-home-get\.cjs \[--once/);
});

test("an artifact names the setting that it cannot use", () => {
  const { status, stderr } = spawnSync(process.execPath, [join(DIST, "web-home-get.cjs")], {
    encoding: "utf8",
    env: { PORT: "many" },
  });

  assert.equal(status, 1);
  assert.match(stderr, /^Cannot use PORT="many": not a whole number from 0 to 65535\n$/);
});

test("an artifact tells an older node so in one line", async () => {
  const file = join(folder, "newer.cjs");
  const text = await readFile(join(DIST, "web-home-get.cjs"), "utf8");
  // As if Node 99 were the oldest that will do: older ones are not at hand everywhere.
  await writeFile(file, text.replace("< 24)", "< 99)"));

  const { status, stderr } = spawnSync(process.execPath, [file], { encoding: "utf8" });

  assert.deepEqual([status, stderr], [1, `podcore requires Node 24 or newer, but this is ${process.version}\n`]);
});

test("artifacts hold only syntax that Node 14 parses, so that the line above is reached", async () => {
  for (const name of ["web", "internal"]) {
    const text = await readFile(join(DIST, `${name}.cjs`), "utf8");
    // Node 14.6 and later versions of 14 parse these, though esbuild's table says otherwise.
    const supported = { "optional-chain": true, "object-rest-spread": true, "class-static-field": true };

    const [older, same] = await Promise.all([
      transform(text, { target: "node14.6", supported }),
      transform(text, { target: "node24" }),
    ]);

    assert.equal(older.code === same.code, true, `${name}.cjs`);
  }
});

test("an artifact is shown in its TypeScript source, given --enable-source-maps", () => {
  const { stderr } = spawnSync(process.execPath, ["--enable-source-maps", join(DIST, "admin-error.cjs"), "--once"], {
    encoding: "utf8",
    env: {},
  });

  const source = resolve(DIST, "../functions/admin/error.ts");
  assert.match(stderr, /Failed on purpose/);
  assert.ok(stderr.includes(`(${source}:9:11)`), stderr);
});

for (const [name, isTick] of [
  ["web-podcast-get", false],
  ["tick-crawl", true],
] as const) {
  test(`the functions-framework command finds ${name}`, async () => {
    const port = await freePort();
    const command = resolve(DIST, "../node_modules/.bin/functions-framework");
    const args = [`--source=${join(DIST, `${name}.cjs`)}`, `--target=${name}`, `--port=${port}`];
    const child = spawn(process.execPath, [command, ...args], {
      env: { PATH: process.env.PATH, DATABASE_URL: databaseUrl },
      stdio: "ignore",
    });
    after(() => child.kill("SIGKILL"));
    const url = `http://127.0.0.1:${port}/podcasts/1`;

    const reply = await untilAnswered(() => (isTick ? sendPing(url) : fetch(url)));

    assert.equal(reply.status, isTick ? 200 : 404);
    assert.match(await reply.text(), isTick ? /"numClaimed":0/ : /with ID 1 was not found/);
  });
}

async function untilAnswered(send: () => Promise<Response>): Promise<Response> {
  for (let i = 0; i < 200; i += 1) {
    const reply = await send().catch(() => undefined);
    if (reply !== undefined) return reply;
    await new Promise((wake) => setTimeout(wake, 50));
  }
  throw new Error("Nothing answers");
}

/** The URL of a proxy in front of Postgres that holds back the first `holdMs` of what the server says. */
async function startSlowProxy(url: string, holdMs: number): Promise<string> {
  const { hostname, port } = new URL(url);
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    client.pipe(upstream);
    setTimeout(() => upstream.pipe(client), holdMs);
    client.on("error", () => upstream.destroy());
    upstream.on("error", () => client.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  after(() => server.close());
  return url.replace(`:${port}/`, `:${address.port}/`);
}
