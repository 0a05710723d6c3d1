import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import test, { after } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Ajv } from "ajv";
import { sql } from "drizzle-orm";
import { AUDIENCES, ROUTES } from "../../functions/routes.ts";
import { readConfig, SETTINGS } from "../../shared/config.ts";
import { freePort } from "../../shared/dev/free-port.ts";
import { createContext } from "../support/context.ts";
import { rss } from "../support/feed.ts";
import { LOOPBACK } from "../support/loopback.ts";
import { startMailServer } from "../support/mail-server.ts";
import { startOrigin } from "../support/origin.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount, insertDuePodcasts } from "../support/rows.ts";
import { DEPLOY, readCompose, type Service } from "./compose.ts";
import { findProgram } from "./find-program.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const VARIABLES = {
  PODCORE_PUBLIC_URL: "https://podcore.example.com",
  POSTGRES_PASSWORD: "secret",
  PODCORE_WAKE_TOKEN: "wake-token-of-more-than-32-characters",
};
const { services, ...rest } = await readCompose(VARIABLES);
const own = Object.entries(services).filter(([, { image }]) => image === "podcore");

test("compose.yaml holds to the part of the Compose Specification that it uses", async () => {
  const schema = JSON.parse(await readFile(join(import.meta.dirname, "compose.schema.json"), "utf8"));
  const validate = new Ajv({ allErrors: true, strict: false }).compile(schema);

  const isValid = validate({ ...rest, services });

  assert.ok(isValid, JSON.stringify(validate.errors));
  assert.equal(validate({ services: { web: { image: "podcore", comand: [] } } }), false);
});

const skip = !hasCompose() && "docker compose is not installed";
test("compose.yaml is one that docker compose takes", { skip }, () => {
  const args = ["compose", "--file", join(DEPLOY, "compose.yaml"), "--profile", "https", "config", "--quiet"];

  const { status, stderr } = spawnSync("docker", args, { encoding: "utf8", env: { ...process.env, ...VARIABLES } });

  assert.equal(status, 0, stderr);
});

test("compose.yaml names artifacts, settings, services and files that there are", () => {
  const artifacts: string[] = [...ROUTES.map((route) => route.function), ...AUDIENCES];
  const named = own.map(([, { command = [] }]) => /^dist\/(.+)\.cjs$/.exec(command[0] ?? "")?.[1]).filter(Boolean);
  const settings = own.flatMap(([, { environment = {} }]) => Object.keys(environment));
  const needed = own.flatMap(([, { depends_on = {} }]) => Object.keys(depends_on));
  const mounts = Object.values(services).flatMap(({ volumes = [] }) =>
    volumes.map((volume) => volume.split(":")[0] ?? ""),
  );

  assert.deepEqual(named, ["admin-migrate", "web", "internal"]);
  assert.deepEqual(
    named.filter((name) => !artifacts.includes(name ?? "")),
    [],
  );
  assert.deepEqual(
    settings.filter((name) => !Object.hasOwn(SETTINGS, name)),
    [],
  );
  assert.deepEqual(
    needed.filter((name) => !Object.hasOwn(services, name)),
    [],
  );
  assert.deepEqual(
    mounts.filter((name) => !(name.startsWith("./") ? existsSync(join(DEPLOY, name)) : name in rest.volumes)),
    [],
  );
  for (const [name, { build = "" }] of own) assert.ok(existsSync(join(DEPLOY, build, "Dockerfile")), name);
});

test("compose.yaml gives processes the time that they need to end", () => {
  const { shutdownGraceMs, requestTimeoutMs, tickBudgetMs } = readConfig({});
  const graceOf = (name: string) => Number(services[name]?.stop_grace_period?.replace("s", "")) * 1_000;

  // The 5 s are those of shared/http/server/serve.ts, for the last reply.
  assert.ok(graceOf("web") >= shutdownGraceMs + requestTimeoutMs + 5_000);
  // The 35 s are those of shared/http/call-timeouts.ts, for the feeds in flight.
  assert.ok(graceOf("internal") >= shutdownGraceMs + tickBudgetMs + 35_000 + 5_000);
});

// The services as processes of this machine: the same commands and settings, with ports in place of hosts.
test("the services of compose.yaml migrate, serve, crawl by the ticker, and wake the worker for a mail", async () => {
  const databaseUrl = await createDatabase({ isEmpty: true });
  const mailServer = await startMailServer();
  after(mailServer.close);
  const origin = await startOrigin({ "/feed": rss({ title: "From the ticker" }) });
  after(origin.close);
  const ports = { web: await freePort(), internal: await freePort() };
  const { db } = createContext({ databaseUrl });

  const migrate = run("migrate", { databaseUrl, ports });
  const [migrated] = await once(migrate.child, "close");
  await insertDuePodcasts(db, [`${origin.url}/feed`]);
  await insertAccount(db, { email: "reader@example.com" });
  const environment = { PODCORE_FETCH_ALLOW: LOOPBACK.join(","), SMTP_URL: mailServer.url };
  const internal = run("internal", { databaseUrl, ports, environment });
  const web = run("web", { databaseUrl, ports, environment });
  await until(() => [internal, web].every(({ output }) => output().includes("Listening")));
  const healthy = await isHealthy(ports.web);
  const asked = await fetch(`http://127.0.0.1:${ports.web}/password-reset`, {
    method: "POST",
    headers: { "sec-fetch-site": "same-origin" },
    body: new URLSearchParams({ email: "reader@example.com" }),
  });
  await until(() => mailServer.mails.length > 0);
  const ticker = run("ticker", { databaseUrl, ports });
  await until(() => ["crawl", "work", "clean"].every((tick) => hasFinished(internal.output(), `/tick/${tick}`)));

  const [found] = await db.repeatable.execute(sql`select title from podcast`);
  assert.equal(migrated, 0, migrate.output());
  assert.ok(healthy);
  assert.equal(asked.status, 200);
  assert.match(mailServer.mails[0]?.text ?? "", /^https:\/\/podcore\.example\.com\/password-reset\?code=/m);
  assert.equal(found?.title, "From the ticker");
  assert.equal(ticker.output(), "");
});

type Running = { child: ChildProcess; output: () => string };
type Options = { databaseUrl: string; ports: Record<string, number>; environment?: Record<string, string> };
function run(name: string, { databaseUrl, ports, environment = {} }: Options): Running {
  const { command = [], environment: settings = {} }: Partial<Service> = services[name] ?? {};
  const local = (text: string) => text.replace(/http:\/\/(\w+):8080/g, (_, host) => `http://127.0.0.1:${ports[host]}`);
  const child = spawn(process.execPath, command.map(local), {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      ...Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, local(value)])),
      DATABASE_URL: databaseUrl,
      HOST: "127.0.0.1",
      PORT: String(ports[name] ?? ""),
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk;
    });
  }
  after(() => child.kill("SIGKILL"));
  return { child, output: () => output };
}

/** Asks as the healthcheck does, until it says so. */
async function isHealthy(port: number): Promise<boolean> {
  const [, program = "", ...args] = services.web?.healthcheck?.test ?? [];
  assert.equal(program, "node");
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const asked = spawn(
      process.execPath,
      args.map((arg) => arg.replace(":8080", `:${port}`)),
    );
    const [code] = await once(asked, "close");
    if (code === 0) return true;
    await sleep(50);
  }
  return false;
}

function hasFinished(output: string, path: string): boolean {
  return output.split("\n").some((line) => line.includes("Request finished") && line.includes(path));
}

/** Waits for what becomes true. The test's own timeout ends it. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await sleep(20);
}

function hasCompose(): boolean {
  return findProgram("docker") !== undefined && spawnSync("docker", ["compose", "version"]).status === 0;
}
