import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import test, { after } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { readConfig } from "../../shared/config.ts";
import { account } from "../../shared/db/schema.ts";
import { freePort } from "../../shared/dev/free-port.ts";
import * as workerWaker from "../../shared/mediators/worker-waker.ts";
import { enqueueJob } from "../../shared/sql/enqueue-job.ts";
import { createContext } from "../support/context.ts";
import { rss } from "../support/feed.ts";
import { LOOPBACK } from "../support/loopback.ts";
import { startMailServer } from "../support/mail-server.ts";
import { startOrigin } from "../support/origin.ts";
import { createDatabase } from "../support/postgres.ts";

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

/** The settings that one of npm start's processes runs with, as Linux keeps them in /proc. */
async function settingsOf(artifact: string, { port }: { port: string }): Promise<Record<string, string>> {
  for (const pid of await readdir("/proc")) {
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (!command.includes(`dist/${artifact}.cjs`)) continue;
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    const settings = Object.fromEntries(environment.split("\0").map((pair) => pair.split(/=(.*)/s).slice(0, 2)));
    // Others may run podcore here as well.
    if (settings.PODCORE_PUBLIC_URL === `http://localhost:${port}`) return settings;
  }
  throw new Error(`Cannot find "${artifact}" among the processes`);
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
  const hidden = await fetch(`${first.url}/admin/error`, { method: "POST" });
  const graphiql = await fetch(`${first.url}/graphiql`);
  first.child.kill("SIGKILL");
  await first.exited;

  const second = await start({ environment: { PODCORE_INTERNAL: "1" } });
  const page = await fetch(`${second.url}${added.headers.get("location")}`);
  const text = await page.text();
  const shown = await fetch(`${second.url}/admin/error`, { method: "POST" });
  second.child.kill("SIGINT");
  const [code] = await second.exited;

  assert.deepEqual(
    [added.status, hidden.status, graphiql.status, page.status, shown.status, code],
    [303, 404, 200, 200, 500, 0],
  );
  assert.match(text, /<h1[^>]*>Kept<\/h1>/);
  if (process.platform === "linux") assert.equal(await numProcesses(), 0);
  assert.match(second.output(), /podcore is at http:\/\/localhost:\d+, its data is in /);
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

test("npm start sends a mail when a request asks for it, and not with the next minute's tick", {
  skip: process.platform !== "linux" && "what web and api were told is read from /proc",
}, async () => {
  const mailServer = await startMailServer();
  after(mailServer.close);
  const databaseUrl = await createDatabase();
  const { db, log } = createContext({ databaseUrl });
  const { url, child, output, exited } = await start({
    environment: { DATABASE_URL: databaseUrl, SMTP_URL: mailServer.url },
  });
  await db.insert(account).values({ email: "reader@example.com", passwordHash: "$argon2id$" });
  const { port } = new URL(url);
  const told = await Promise.all(["web", "api"].map((name) => settingsOf(name, { port })));
  // The ticker's first: from here on, it sends the next one in a minute.
  await until(() => /Request finished.*\/tick\/work/.test(output()));
  const first = Date.now();

  // What a page does that has a mail sent.
  await enqueueJob(db, { name: "password_reset_mailer", args: { email: "reader@example.com" } });
  workerWaker.run({ config: readConfig(told[0]), log });
  await until(() => mailServer.mails.length > 0);
  const waitedMs = Date.now() - first;
  child.kill("SIGTERM");
  await exited;

  // Ten times what it is to take, and less than the tick would.
  assert.ok(waitedMs < 50_000, `${waitedMs} ms`);
  assert.equal(mailServer.mails[0]?.to[0], "reader@example.com");
  assert.match(mailServer.mails[0]?.text ?? "", new RegExp(`http://localhost:${port}/password-reset\\?code=`));
  assert.equal(told[1]?.PODCORE_WORK_URL, told[0]?.PODCORE_WORK_URL);
});
