import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import test, { after } from "node:test";
import { ROUTES } from "../../functions/routes.ts";
import { readConfig } from "../../shared/config.ts";
import { DEPLOY } from "./compose.ts";
import { findProgram } from "./find-program.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const UNITS = join(DEPLOY, "systemd");
const names = (await readdir(UNITS)).sort();
const analyze = findProgram("systemd-analyze");

test("the systemd units start node with artifacts that there are", async () => {
  const ticks = ROUTES.filter((route) => route.function.startsWith("tick-")).map((route) => route.function);
  const texts = await Promise.all(names.map((name) => readFile(join(UNITS, name), "utf8")));

  const commands = texts.join("\n").match(/^ExecStart=.*$/gm) ?? [];
  const artifacts = commands.map((command) => /^ExecStart=\/opt\/podcore\/(\S+) dist\/(\S+)\.cjs/.exec(command) ?? []);

  assert.deepEqual(
    artifacts.map(([, , name]) => name),
    ["admin-migrate", "tick-%i", "web"],
  );
  for (const [, node = ""] of artifacts) assert.ok(existsSync(join(ROOT, node)), node);
  assert.deepEqual(ticks, ["tick-crawl", "tick-work", "tick-clean"]);
});

test("the systemd units give processes the time that they need to end", async () => {
  const { shutdownGraceMs, requestTimeoutMs, tickBudgetMs } = readConfig({});
  const secondsOf = async (name: string) =>
    Number(/^TimeoutStopSec=(\d+)$/m.exec(await readFile(join(UNITS, name), "utf8"))?.[1]);

  const [web, tick] = [await secondsOf("podcore-web.service"), await secondsOf("podcore-tick@.service")];

  // The 5 s are those of shared/http/server/serve.ts, for the last reply; the 35 s those of shared/http/call-timeouts.ts.
  assert.ok(web * 1_000 >= shutdownGraceMs + requestTimeoutMs + 5_000);
  assert.ok(tick * 1_000 >= tickBudgetMs + 35_000);
});

test("systemd-analyze verify finds no fault in the units", {
  skip: analyze === undefined && "systemd-analyze is not installed",
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "podcore-units-"));
  after(() => rm(folder, { recursive: true, force: true }));
  for (const name of names) {
    const text = await readFile(join(UNITS, name), "utf8");
    await writeFile(join(folder, name), text.replaceAll("/opt/podcore", ROOT));
  }
  // A template is checked as one of its instances.
  const files = names.map((name) => join(folder, name.replace("@", "@crawl")));
  const verify = () =>
    spawnSync(analyze ?? "", ["verify", "--man=no", "--recursive-errors=no", ...files], {
      encoding: "utf8",
      env: { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:` },
    });

  const right = verify();
  await writeFile(join(folder, "podcore-web.service"), "[Service]\nExecStart=/nowhere/node\n");
  const wrong = verify();

  assert.deepEqual([right.status, right.stderr], [0, ""]);
  assert.match(wrong.stderr, /\/nowhere\/node is not executable/);
});
