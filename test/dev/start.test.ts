import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import test, { after } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../shared/dev/free-port.ts";
import { AS_OPERATOR, OPERATOR_TOKEN } from "../support/artifact.ts";
import { createContext } from "../support/context.ts";
import { rss } from "../support/feed.ts";
import { LOOPBACK } from "../support/loopback.ts";
import { startMailServer } from "../support/mail-server.ts";
import { startOrigin } from "../support/origin.ts";
import { createDatabase, urlOf } from "../support/postgres.ts";
import { insertAccount } from "../support/rows.ts";

const START = resolve(import.meta.dirname, "../../shared/dev/start.ts");

// A folder that only its owner may enter: run as root, Postgres's own account may not.
const folder = await mkdtemp(join(tmpdir(), "podcore-start-"));
await chmod(folder, 0o700);
after(() => rm(folder, { recursive: true, force: true }));

type Run = { url: string; child: ChildProcess; output: () => string; exited: Promise<unknown[]> };

async function start(options: { port?: number; environment?: Record<string, string> } = {}): Promise<Run> {
  const { port = await freePort(), environment } = options;
  const child = spawn(process.execPath, [START], {
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      PODCORE_DATA_DIR: join(folder, "data"),
      PODCORE_FETCH_ALLOW: LOOPBACK.join(","),
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const exited = once(child, "close");
  after(() => child.kill("SIGTERM"));
  const greeted = new Promise<void>((resolveGreeted) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk) => {
        output += chunk;
        if (output.includes("Ctrl-C")) resolveGreeted();
      });
    }
  });
  await Promise.race([greeted, exited]);
  return { url: `http://127.0.0.1:${port}`, child, output: () => output, exited };
}

/** Waits for what becomes true. The test's own timeout ends it. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await sleep(20);
}

/** Counts the processes that were told of this test's folder, or work in it. Linux keeps both in /proc. */
async function numProcesses(): Promise<number> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const isOurs = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
      const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => "");
      return environment.includes(folder) || cwd.startsWith(folder);
    }),
  );
  return isOurs.filter(Boolean).length;
}

test("npm start serves feed to page, survives a kill, keeps its data, and ends all it started", async () => {
  const origin = await startOrigin({ "/feed": rss({ title: "Kept" }) });
  after(origin.close);
  const first = await start();
  const added = await fetch(`${first.url}/podcasts`, {
    method: "POST",
    headers: { "sec-fetch-site": "same-origin" },
    body: new URLSearchParams({ url: `${origin.url}/feed` }),
    redirect: "manual",
  });
  const sample = await fetch(`${first.url}/podcasts`, {
    method: "POST",
    headers: { "sec-fetch-site": "same-origin" },
    body: new URLSearchParams({ url: `${first.url}/sample/feed.xml` }),
    redirect: "manual",
  });
  const hidden = await fetch(`${first.url}/admin/error`, { method: "POST" });
  const graphiql = await fetch(`${first.url}/graphiql`);
  first.child.kill("SIGKILL");
  await first.exited;

  const second = await start({
    environment: { PODCORE_INTERNAL: "1", PODCORE_OPERATOR_TOKEN: OPERATOR_TOKEN, PODCORE_LOG_LEVEL: "info" },
  });
  const page = await fetch(`${second.url}${added.headers.get("location")}`);
  const text = await page.text();
  const shown = await fetch(`${second.url}/admin/error`, { method: "POST", headers: AS_OPERATOR });
  const unknown = await fetch(`${second.url}/admin/error`, { method: "POST" });
  const ports = [...second.output().matchAll(/Listening.*function: (?:web|api).*port: (\d+)/g)].map(([, port]) => port);
  const behind = await Promise.all(
    ports.map((port) => fetch(`http://127.0.0.1:${port}/graphql?query=%7B__typename%7D`)),
  );
  second.child.kill("SIGINT");
  const [code] = await second.exited;

  assert.deepEqual(
    [added.status, sample.status, hidden.status, graphiql.status, page.status, shown.status, unknown.status, code],
    [303, 303, 404, 200, 200, 500, 401, 0],
  );
  // The ports behind the gateway, which a page could find by a scan.
  assert.deepEqual(
    behind.map(({ status }) => status),
    [421, 421],
  );
  assert.match(text, /<h1[^>]*>Kept<\/h1>/);
  // Some end a moment later: what they were told by is gone.
  if (process.platform === "linux") for (let i = 0; (await numProcesses()) > 0 && i < 50; i += 1) await sleep(100);
  if (process.platform === "linux") assert.equal(await numProcesses(), 0);
  assert.match(first.output(), /^Building\.\.\.\n/);
  // Its steps are not in it.
  assert.match(first.output(), /^\d\d:\d\d:\d\d 303 POST \/podcasts \d+ms$/m);
  assert.doesNotMatch(first.output(), /build_params/);
  assert.match(second.output(), /podcore is at http:\/\/localhost:\d+; its data is in /);
});

test("npm start says so in one line, when its port is taken or its folder in use", async () => {
  const first = await start();
  const port = Number(new URL(first.url).port);

  const samePort = await start({ port, environment: { PODCORE_DATA_DIR: join(folder, "other") } });
  const sameFolder = await start();

  await Promise.all([samePort.exited, sameFolder.exited]);
  assert.deepEqual([samePort.child.exitCode, sameFolder.child.exitCode], [1, 1]);
  assert.match(samePort.output(), new RegExp(`^Cannot listen on 127\\.0\\.0\\.1:${port}: set PORT to another$`, "m"));
  assert.match(
    sameFolder.output(),
    /^Cannot use ".*data": process \d+ runs podcore there; set PODCORE_DATA_DIR for a second one$/m,
  );
  first.child.kill("SIGTERM");
  await first.exited;
});

test("npm start sends a mail when a page is asked for it, and not with the next minute's tick", async () => {
  const mailServer = await startMailServer();
  after(mailServer.close);
  const databaseUrl = await createDatabase();
  const { db } = createContext({ databaseUrl });
  await insertAccount(db, { email: "reader@example.com" });
  const { url, child, output, exited } = await start({
    // With an issuer the tick takes no call without a token: the ticker and the waker have those of this start.
    environment: {
      DATABASE_URL: databaseUrl,
      SMTP_URL: mailServer.url,
      PODCORE_OIDC_ISSUER: "https://issuer.invalid",
      PODCORE_LOG: "flat",
    },
  });
  // The ticker's first: from here on, it sends the next one in a minute.
  await until(() => /Request finished, status: 200.*\/tick\/work/.test(output()));
  const askedAt = performance.now();

  const reply = await fetch(`${url}/password-reset`, {
    method: "POST",
    headers: { "sec-fetch-site": "same-origin" },
    body: new URLSearchParams({ email: "reader@example.com" }),
  });
  await until(() => mailServer.mails.length > 0);
  const waitedMs = performance.now() - askedAt;
  child.kill("SIGTERM");
  await exited;

  assert.equal(reply.status, 200);
  // Ten times what it may take, and less than it would wait for the tick.
  assert.ok(waitedMs < 50_000, `${waitedMs} ms`);
  const [mail] = mailServer.mails;
  assert.deepEqual(mail?.to, ["reader@example.com"]);
  assert.match(mail?.text ?? "", /^http:\/\/localhost:\d+\/password-reset\?code=[\w-]{43}$/m);
});

test("npm start says in its last line what is wrong with the database, and no password", async () => {
  const wrong = Object.assign(new URL(urlOf("postgres")), { password: "hunter2" }).href;

  const run = await start({ environment: { DATABASE_URL: urlOf("postgres"), DATABASE_MIGRATE_URL: wrong } });

  await run.exited;
  const lastLine = run.output().trimEnd().split("\n").at(-1) ?? "";
  assert.equal(run.child.exitCode, 1);
  assert.match(lastLine, /^Cannot log in at "127.0.0.1:\d+" as "postgres": .*; correct DATABASE_MIGRATE_URL/);
  assert.doesNotMatch(run.output(), /hunter2/);
});
