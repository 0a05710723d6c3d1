import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import test from "node:test";

type LockedPackage = { hasInstallScript?: boolean; resolved?: string };
const ROOT = resolve(import.meta.dirname, "../..");
const lock = JSON.parse(await readFile(`${ROOT}/package-lock.json`, "utf8"));
const { allowScripts } = JSON.parse(await readFile(`${ROOT}/package.json`, "utf8"));
const packages: [string, LockedPackage][] = Object.entries(lock.packages);

// npm's own warning is not printed: see .npmrc.
test("package.json says of each package with an install script whether it may run", () => {
  const withScripts = packages.filter(([, { hasInstallScript }]) => hasInstallScript === true);
  const names = new Set(withScripts.map(([path]) => path.replace(/^.*node_modules\//, "")));

  assert.ok(names.has("node"), "the lock file no longer tells which packages have one");
  assert.deepEqual(
    [...names].filter((name) => allowScripts[name] === undefined),
    [],
    "look at what the script does, and add the package to allowScripts",
  );
  assert.deepEqual(
    Object.keys(allowScripts).filter((name) => !names.has(name)),
    [],
    "these have none any more: remove them from allowScripts",
  );
});

test("package-lock.json names no place that packages are downloaded from", () => {
  const placed = packages.filter(([, { resolved }]) => resolved !== undefined);

  assert.deepEqual(
    placed.map(([path]) => path),
    [],
    "install again with .npmrc's omit-lockfile-registry-resolved",
  );
});
