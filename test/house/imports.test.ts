import assert from "node:assert/strict";
import { glob, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import test from "node:test";

const ROOT = resolve(import.meta.dirname, "../..");

// Files in shared/ itself that every room stands on. They import only each other.
const GROUND = [
  "address",
  "errors",
  "deadline",
  "json",
  "long-host",
  "present",
  "secret-names",
  "semaphore",
  "version.gen",
];

/**
 * The rooms from the ground up, and what each may import from beside the ground: only rooms below it. Technique comes
 * first, then the domains, then the faces. A room is a folder of shared/, or a file that stands in shared/ itself.
 */
const ROOMS: Record<string, readonly string[]> = {
  config: [],
  log: [],
  feed: [],
  db: ["log", "feed"],
  fetch: ["config"],
  context: ["config", "log", "db", "fetch"],
  http: ["config", "log", "db", "context"],
  mail: ["config", "context"],
  jobs: ["log", "db", "context", "http"],
  auth: ["config", "db", "context", "http"],
  crawl: ["log", "feed", "db", "fetch", "context", "jobs"],
  directory: ["log", "db", "fetch", "context"],
  podcasts: ["log", "feed", "db", "fetch", "context", "http", "auth", "jobs", "crawl", "directory"],
  listening: ["log", "db", "fetch", "context", "auth", "podcasts"],
  push: ["config", "log", "db", "fetch", "context", "http", "auth", "jobs", "crawl", "podcasts"],
  search: ["log", "db", "fetch", "context", "auth", "directory", "podcasts"],
  accounts: ["config", "db", "context", "http", "mail", "jobs", "auth", "podcasts"],
  cleaning: ["db", "context", "crawl"],
  operator: ["db", "fetch", "context", "jobs", "crawl", "podcasts", "search"],
  web: ["feed", "db", "context", "http", "podcasts", "listening", "search", "accounts", "operator"],
  graphql: ["feed", "db", "context", "http", "auth", "podcasts", "listening", "search"],
};
// Functions stand on top, the table of routes beside them: it imports nothing, and the wrapper finds a request's function by it.
const ANY_ROOM = ["functions", "routes", ...GROUND, ...Object.keys(ROOMS)];
const ROUTES = "functions/routes.ts";

function roomOf(file: string): string {
  if (file === ROUTES) return "routes";
  if (file.startsWith("functions/")) return "functions";
  const [, room = file] = /^shared\/([\w-]+(?:\.gen)?)(?:\/|\.ts$)/.exec(file) ?? [];
  return room;
}

function mayImport(room: string): readonly string[] {
  if (room === "functions") return ANY_ROOM;
  return GROUND.includes(room) ? GROUND : [room, "routes", ...GROUND, ...(ROOMS[room] ?? [])];
}

test("imports run one way through the rooms of the house, types included", async () => {
  const wrong: string[] = [];
  let numImports = 0;
  // What runs on a developer's machine alone, and in a browser, is in no artifact's house.
  const exclude = ["shared/dev/**", "shared/web/client/**"];
  for await (const file of glob("{functions,shared}/**/*.ts", { cwd: ROOT, exclude })) {
    const from = roomOf(file);
    if (!ANY_ROOM.includes(from)) wrong.push(`${file} is in no known room`);
    const text = await readFile(join(ROOT, file), "utf8");
    for (const [, path = ""] of text.matchAll(/(?:\bfrom |^import |\bimport\()"(\.[^"]+)"/gm)) {
      numImports += 1;
      const room = roomOf(relative(ROOT, resolve(ROOT, dirname(file), path)));
      if (!mayImport(from).includes(room))
        wrong.push(`${file} imports ${path}: the room "${from}" may not import "${room}"`);
    }
  }

  assert.ok(numImports > 1_000, `only ${numImports} imports were found`);
  assert.deepEqual(
    wrong,
    [],
    "A room imports only what ROOMS in test/house/imports.test.ts lists for it. Move the file or what it uses, or add to ROOMS: a new room, or an arrow that points to a room above it in the list",
  );
});

test("rooms import only from rooms below them, so that there are no circles", () => {
  const names = Object.keys(ROOMS);

  const wrong = names.flatMap((name, floor) =>
    (ROOMS[name] ?? []).filter((below) => names.indexOf(below) >= floor).map((below) => `${name} -> ${below}`),
  );

  assert.deepEqual(
    wrong,
    [],
    "In ROOMS (test/house/imports.test.ts) a room may import only rooms listed before it. Move the files that need this arrow to a later room, or what they use to an earlier one",
  );
});

// functions/web has a file for each page and form, as routes.ts says, and is found by that.
const ROOMY: Record<string, number> = { "functions/web": 35 };

test("no folder of the product holds more than 25 files", async () => {
  const numFiles = new Map<string, number>();
  for await (const file of glob("{functions,shared,knative}/**/*.ts", { cwd: ROOT, exclude: ["**/*.gen.ts"] }))
    numFiles.set(dirname(file), (numFiles.get(dirname(file)) ?? 0) + 1);

  const crowded = [...numFiles]
    .filter(([folder, num]) => num > (ROOMY[folder] ?? 25))
    .map(([folder, num]) => `${folder}: ${num} files`);

  assert.deepEqual(
    crowded,
    [],
    "A folder holds at most 25 files (test/house/imports.test.ts). Give those that belong together a folder within it",
  );
});

test("only shared/config.ts reads the environment", async () => {
  const readers: string[] = [];
  for await (const file of glob("{functions,shared}/**/*.ts", { cwd: ROOT, exclude: ["shared/dev/**"] })) {
    if ((await readFile(join(ROOT, file), "utf8")).includes("process.env")) readers.push(file);
  }

  assert.deepEqual(
    readers,
    ["shared/config.ts"],
    "Only shared/config.ts reads process.env (test/house/imports.test.ts). Add the setting to SETTINGS and readConfig() there, and take it from ctx.config",
  );
});

test("no file of the product is over 300 lines, or named as if it had no place", async () => {
  const wrong: string[] = [];
  for await (const file of glob("{functions,shared}/**/*.ts", { cwd: ROOT, exclude: ["**/*.gen.ts"] })) {
    const numLines = (await readFile(join(ROOT, file), "utf8")).split("\n").length;
    if (numLines > 300 || /(utils?|helpers?|common|misc)(\/|\.ts)/.test(file)) wrong.push(`${file}: ${numLines} lines`);
  }

  assert.deepEqual(
    wrong,
    [],
    "A file has at most 300 lines, and no util, helper, common or misc in its name (test/house/imports.test.ts). Split it by what it does, and name it for that",
  );
});
