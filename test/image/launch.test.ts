import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import Module from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import test, { after } from "node:test";
import { Script } from "node:vm";

const ROOT = resolve(import.meta.dirname, "../..");
const LAUNCHER = join(ROOT, "knative/image/launch.cjs");

const folder = await mkdtemp(join(tmpdir(), "podcore-launch-"));
after(() => rm(folder, { recursive: true }));

function launch(...args: string[]) {
  return spawnSync(process.execPath, args, { encoding: "utf8", cwd: folder, env: {} });
}

/** Writes a program that says where its parts come from, and throws where it is told to. */
async function writeProgram(name: string): Promise<string> {
  const file = join(folder, name);
  const text = `module.exports = { own: 1 };
const told = { isMain: require.main === module, argv: process.argv.slice(1), __filename, __dirname, own: this === exports };
if (process.argv[2] === "throw") throw new Error("on purpose");
console.log(JSON.stringify({ ...told, path: require("node:path").basename(module.filename) }));`;
  await writeFile(file, text);
  return file;
}

test("launch.cjs runs a program as node does", async () => {
  const file = await writeProgram("program.cjs");

  const plain = launch("program.cjs", "--once", "{}");
  const launched = launch(LAUNCHER, "program.cjs", "--once", "{}");

  assert.deepEqual(JSON.parse(plain.stdout).argv, [file, "--once", "{}"]);
  assert.deepEqual([launched.stdout, launched.stderr, launched.status], [plain.stdout, "", 0]);
});

test("launch.cjs keeps the places of errors, in the first line too", async () => {
  await writeFile(join(folder, "first-line.cjs"), 'throw new Error("on purpose");');
  await writeProgram("later-line.cjs");
  const placeOf = ({ stderr }: { stderr: string }) => /at .*?(\w+-line\.cjs:\d+:\d+)/.exec(stderr)?.[1];

  for (const args of [["first-line.cjs"], ["later-line.cjs", "throw"]]) {
    const place = placeOf(launch(...args));

    assert.match(place ?? "", /:[13]:\d+$/);
    assert.equal(placeOf(launch(LAUNCHER, ...args)), place);
  }
});

test("launch.cjs writes a code cache that V8 accepts, and starts without one that it rejects", async () => {
  const file = join(folder, "admin-error.cjs");
  await copyFile(join(ROOT, "dist/admin-error.cjs"), file);

  const writer = launch(LAUNCHER, "--write-cache", file, "--once");
  const { mtimeMs } = await stat(`${file}.cache`);
  const reader = launch(LAUNCHER, file, "--once");
  const afterReading = await stat(`${file}.cache`);
  const cachedData = await readFile(`${file}.cache`);
  const script = new Script(Module.wrap(await readFile(file, "latin1")), { cachedData });
  await writeFile(`${file}.cache`, "not a cache");
  const afterBadCache = launch(LAUNCHER, file, "--once");

  assert.equal(script.cachedDataRejected, false);
  assert.equal(afterReading.mtimeMs, mtimeMs);
  for (const { stdout, status } of [writer, reader, afterBadCache]) {
    assert.deepEqual([JSON.parse(stdout).errors[0].message, status], ["Internal server error", 1]);
  }
});

test("launch.cjs says how it is used, given no program", () => {
  const { stderr, status } = launch(LAUNCHER);

  assert.deepEqual(
    [stderr, status],
    [`${"Cannot launch: no artifact given; usage: launch.cjs [--write-cache] dist/<name>.cjs [arguments]"}\n`, 1],
  );
});
