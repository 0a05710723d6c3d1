import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import test from "node:test";
import { ROUTES } from "../../functions/routes.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const WAKER = "shared/jobs/worker-waker.ts";

test("no function of the internal audience imports what wakes the worker", async () => {
  const isInternal = (name: string) =>
    ROUTES.every((row) => row.function !== name || row.audiences.every((audience) => audience === "internal"));
  const functions = [...new Set(ROUTES.map((row) => row.function))];

  const ways = await Promise.all(functions.map(async (name) => ({ name, way: await findWay(fileOf(name), WAKER) })));

  assert.ok(ways.some(({ name, way }) => !isInternal(name) && way !== undefined));
  assert.deepEqual(
    ways.filter(({ name, way }) => isInternal(name) && way !== undefined).map(({ way }) => way?.join(" imports ")),
    [],
    `Only web and api pods are allowed to call the work tick (knative/base/network-policy.yaml); from an operator's function or a tick that call times out. Enqueue the job without ${WAKER}: the next tick does it within five minutes`,
  );
});

function fileOf(name: string): string {
  return `functions/${name.replace("-", "/")}.ts`;
}

/** The shortest chain of imports from one file to another; types do not count, since nothing of them runs. */
async function findWay(from: string, to: string): Promise<string[] | undefined> {
  const seen = new Set([from]);
  const ways = [[from]];
  for (const way of ways) {
    const file = way.at(-1) ?? from;
    if (file === to) return way;
    for (const imported of await importsOf(file)) {
      if (seen.has(imported)) continue;
      seen.add(imported);
      ways.push([...way, imported]);
    }
  }
  return undefined;
}

async function importsOf(file: string): Promise<string[]> {
  const text = await readFile(join(ROOT, file), "utf8");
  const code = text.replace(/^(?:import|export) type [^;]*;/gm, "");
  return [...code.matchAll(/(?:\bfrom |^import |\bimport\()"(\.[^"]+)"/gm)]
    .map(([, path = ""]) => relative(ROOT, resolve(ROOT, dirname(file), path)))
    .filter((path) => path.endsWith(".ts") && existsSync(join(ROOT, path)));
}
