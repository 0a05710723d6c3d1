import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { appendFile, cp, mkdtemp, readFile, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import test, { after } from "node:test";
import { promisify } from "node:util";

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, "../..");
// What build.mjs reads. The packages are linked.
const SOURCES = ["build.mjs", "package.json", "package-lock.json", "tsconfig.json", "drizzle", "functions", "shared"];
const ARTIFACTS = ["web-asset-get", "admin-error"];

const copy = await mkdtemp(join(tmpdir(), "podcore-build-"));
after(() => rm(copy, { recursive: true, force: true }));
for (const name of SOURCES) await cp(join(ROOT, name), join(copy, name), { recursive: true });
await symlink(join(ROOT, "node_modules"), join(copy, "node_modules"));

const build = (only: string) => run(process.execPath, ["build.mjs", "--only", only], { cwd: copy });
const textOf = (name: string) => readFile(join(copy, `dist/${name}.cjs`), "utf8");
const writtenAt = async () =>
  Promise.all(ARTIFACTS.map(async (name) => (await stat(join(copy, `dist/${name}.cjs`))).mtimeMs));

test("build.mjs bundles what has changed, and leaves the rest alone", async () => {
  await build(ARTIFACTS.join());
  const first = await writtenAt();
  await build(ARTIFACTS.join());
  const second = await writtenAt();
  // Of the two, only web-asset-get holds the style sheet.
  await appendFile(join(copy, "shared/web/assets.ts"), '\nglobalThis.process.title = "an edited source";\n');
  await build(ARTIFACTS.join());
  const third = await writtenAt();

  assert.deepEqual(second, first);
  assert.notEqual(third[0], first[0]);
  assert.equal(third[1], first[1]);
  assert.match(await textOf("web-asset-get"), /an edited source/);
});

test("build.mjs bundles anew what somebody has cut short or removed", async () => {
  await build("admin-error");
  const whole = await textOf("admin-error");
  await rm(join(copy, "dist/admin-error.cjs"));

  await build("admin-error");

  assert.equal(await textOf("admin-error"), whole);
});

test("build.mjs names an artifact that it does not know", async () => {
  await assert.rejects(build("web-nothing"), /Cannot build "web-nothing": no such artifact/);
});
