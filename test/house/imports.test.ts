import assert from "node:assert/strict";
import { glob, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import test from "node:test";

const ROOT = resolve(import.meta.dirname, "../..");

/** Each room, and the rooms that it may import values from. Types may come from anywhere. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  functions: ["jobs", "mediators", "sql", "feed", "fetch", "db", "graphql", "http", "web", "log", "auth", "mail"],
  jobs: ["jobs", "mediators", "mail", "auth", "sql", "http"],
  mediators: ["mediators", "sql", "feed", "fetch", "directory", "auth", "db", "log"],
  graphql: ["graphql", "mediators", "sql", "db", "http", "log"],
  auth: ["auth", "sql", "http", "db", "log"],
  directory: ["directory", "fetch", "sql", "log"],
  mail: ["mail"],
  web: ["web"],
  http: ["http", "db", "log"],
  sql: ["sql", "db"],
  feed: ["feed"],
  fetch: ["fetch"],
  db: ["db", "log"],
  log: ["log"],
};
// What belongs to no room: any may use it.
const COMMON = [
  "shared/errors.ts",
  "shared/config.ts",
  "shared/context.ts",
  "shared/secret-names.ts",
  "shared/long-host.ts",
  "shared/version.gen.ts",
  "functions/routes.ts",
];

function roomOf(file: string): string | undefined {
  if (COMMON.includes(file)) return undefined;
  return file.startsWith("functions/") ? "functions" : /^shared\/(\w+)\//.exec(file)?.[1];
}

test("imports run one way through the rooms of the house", async () => {
  const wrong: string[] = [];
  let numImports = 0;
  for await (const file of glob("{functions,shared}/**/*.ts", { cwd: ROOT })) {
    const allowed = MAY_IMPORT[roomOf(file) ?? ""];
    if (allowed === undefined) {
      // Rooms that nothing in an artifact imports from.
      if (!/^shared\/(dev|knative)\//.test(file) && roomOf(file) !== undefined)
        wrong.push(`${file} is in no known room`);
      continue;
    }
    const text = await readFile(join(ROOT, file), "utf8");
    for (const [, names = "", path = ""] of text.matchAll(/^(?:import|export) (?!type )([^;]*?)from "(\.[^"]+)";/gms)) {
      // `import { type A, type B }` brings no value.
      if (names.includes("{") && !/[{,]\s*(?!type\b|[},\s])/.test(names)) continue;
      numImports += 1;
      const room = roomOf(relative(ROOT, resolve(ROOT, dirname(file), path)));
      if (room !== undefined && !allowed.includes(room)) wrong.push(`${file} imports ${path}`);
    }
  }

  assert.ok(numImports > 100, `only ${numImports} imports were found`);
  assert.deepEqual(wrong, []);
});

test("only shared/config.ts reads the environment", async () => {
  const readers: string[] = [];
  for await (const file of glob("{functions,shared}/**/*.ts", { cwd: ROOT, exclude: ["shared/dev/**"] })) {
    if ((await readFile(join(ROOT, file), "utf8")).includes("process.env")) readers.push(file);
  }

  assert.deepEqual(readers, ["shared/config.ts"]);
});

test("no file of the product is over 300 lines, or named as if it had no place", async () => {
  const wrong: string[] = [];
  for await (const file of glob("{functions,shared}/**/*.ts", { cwd: ROOT, exclude: ["**/*.gen.ts"] })) {
    const numLines = (await readFile(join(ROOT, file), "utf8")).split("\n").length;
    if (numLines > 300 || /(utils?|helpers?|common|misc)(\/|\.ts)/.test(file)) wrong.push(`${file}: ${numLines} lines`);
  }

  assert.deepEqual(wrong, []);
});
