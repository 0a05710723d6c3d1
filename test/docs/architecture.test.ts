import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import test, { after } from "node:test";
import { callArtifact } from "../support/artifact.ts";
import { rss } from "../support/feed.ts";
import { LOOPBACK } from "../support/loopback.ts";
import { startOrigin } from "../support/origin.ts";
import { createDatabase } from "../support/postgres.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const TEXT = await readFile(join(ROOT, "docs/architecture.md"), "utf8");
// What a build, the type check and the rules of the house read.
const COPIED =
  "functions shared drizzle knative/generator test/house package.json package-lock.json build.mjs tsconfig.json".split(
    " ",
  );
// How many files a folder has is the project's concern, not the example's.
const HOUSE_RULES = ["--test-skip-pattern=no folder", "test/house/imports.test.ts", "test/house/visible.test.ts"];
// Six bundles and a type check: seconds, on a busy machine a minute.
const TIMEOUT_MS = 300_000;

type Block = { kind: "ts" | "diff"; file: string; text: string };

/** The code blocks of the document that name a file. */
function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^```(ts|diff) (\S+)\n([\s\S]*?)^```$/gm)].map(([, kind, file = "", code = ""]) => ({
    kind: kind === "ts" ? "ts" : "diff",
    file,
    text: code,
  }));
}

async function apply(folder: string, { kind, file, text }: Block): Promise<void> {
  const path = join(folder, file);
  if (kind === "ts") {
    await mkdir(dirname(path), { recursive: true });
    return writeFile(path, text, { flag: "wx" });
  }
  const lines = text.split("\n").filter((line) => line !== "");
  const before = lines.filter((line) => line.startsWith(" ")).map((line) => `${line.slice(1)}\n`);
  const after = lines.map((line) => `${line.slice(1)}\n`);
  const old = await readFile(path, "utf8");
  assert.equal(
    old.split(before.join("")).length,
    2,
    `docs/architecture.md: "${before.join("")}" is not once in ${file}`,
  );
  await writeFile(
    path,
    old.replace(before.join(""), () => after.join("")),
  );
}

/** Leaves only these functions: a bundle of each of the others would take most of the time. */
async function keepFunctions(folder: string, names: string[]): Promise<void> {
  const files = names.map((name) => join(folder, `functions/${name.replace("-", "/")}.ts`));
  for (const kind of ["admin", "api", "tick", "web"]) {
    for (const name of await readdir(join(folder, "functions", kind))) {
      const file = join(folder, "functions", kind, name);
      if (!files.includes(file)) await rm(file);
    }
  }
  const table = join(folder, "functions/routes.ts");
  const all = (await readFile(table, "utf8")).replace("export const ROUTES:", "const ALL:");
  const kept = `export const ROUTES = ALL.filter((route) => ${JSON.stringify(names)}.includes(route.function));\n`;
  await writeFile(table, all + kept);
}

async function run(folder: string, args: string[]): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, args, {
    cwd: folder,
    // Without the variable that tells a test runner's child to report to it.
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk;
    });
  }
  const [code] = await once(child, "close");
  return { code, output };
}

test("the examples of docs/architecture.md type-check, keep to the house's rules, build, and do what they say", {
  timeout: TIMEOUT_MS,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "podcore-examples-"));
  after(() => rm(folder, { recursive: true, force: true }));
  for (const path of COPIED) await cp(join(ROOT, path), join(folder, path), { recursive: true });
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const blocks = blocksOf(TEXT);
  for (const block of blocks) await apply(folder, block);
  const tsconfig = JSON.parse(await readFile(join(folder, "tsconfig.json"), "utf8"));
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ ...tsconfig, include: ["functions", "shared"] }));

  const types = await run(folder, [join(ROOT, "node_modules/typescript/bin/tsc"), "--noEmit"]);
  const rules = await run(folder, ["--test", ...HOUSE_RULES]);
  await keepFunctions(folder, ["web-podcast-years-get", "admin-podcast-years", "tick-work"]);
  const built = await run(folder, ["build.mjs", "--keep-manifests"]);

  assert.ok(blocks.length >= 10);
  assert.deepEqual([types.code, types.output], [0, ""]);
  assert.equal(rules.code, 0, rules.output);
  assert.equal(built.code, 0, built.output);
  await callExamples(folder);
});

async function callExamples(folder: string): Promise<void> {
  const origin = await startOrigin({ "/feed": rss({ items: [{ guid: "1" }, { guid: "2" }] }) });
  after(origin.close);
  const environment = { DATABASE_URL: await createDatabase(), PODCORE_FETCH_ALLOW: LOOPBACK.join(",") };
  const call = (name: string, params: object, settings: Record<string, string> = {}) => {
    const options = { name, params: JSON.stringify(params), environment: { ...environment, ...settings } };
    const isExample = name !== "admin-podcast-add";
    return callArtifact({ ...options, ...(isExample && { file: join(folder, `dist/${name}.cjs`) }) });
  };
  await call("admin-podcast-add", { url: `${origin.url}/feed` });

  const page = await call("web-podcast-years-get", { id: "1" });
  const refused = await call("web-podcast-years-get", { id: "1" }, { PODCORE_YEARS: "none" });
  const stored = await call("admin-podcast-years", { podcastId: 1 });
  const worked = await call("tick-work", {});

  assert.match(page.stdout, /<li>2018: 2<\/li>/);
  assert.match(refused.stderr, /Cannot use PODCORE_YEARS="none": not a whole number from 1 to 100/);
  assert.deepEqual(JSON.parse(stored.stdout), { jobId: 1 });
  assert.match(worked.stderr, /Years counted, podcast_id: 1, year: 2018, num_episodes: 2/);
}

const flows = [...TEXT.matchAll(/^\*\*(A \w+)\*\*[^\n]*\n\n((?:\d+\. .*\n)+)/gm)].map(([, name = "", list = ""]) => ({
  name,
  files: [...list.matchAll(/`((?:shared|functions)\/[\w./-]+\.ts)`/g)].map(([, file = ""]) => file),
}));

for (const { name, files } of flows) {
  test(`docs/architecture.md: each file of the flow "${name}" is imported by one before it`, async () => {
    const stray: string[] = [];
    // The build's entry imports an artifact's functions beside artifact.ts.
    const known = new Set(["shared/http/server/artifact.ts", ...files.filter((file) => file.startsWith("functions/"))]);
    for (const file of files) {
      if (!known.has(file)) stray.push(file);
      for (const imported of await importsOf(file)) known.add(imported);
    }

    assert.ok(files.length >= 6, `only ${files.length} files`);
    assert.deepEqual(stray, []);
  });
}

test("docs/architecture.md has the three flows, and every room", async () => {
  const rooms = await readdir(join(ROOT, "shared"), { withFileTypes: true });
  const [, floors = ""] = /^## The rooms\n([\s\S]*?)^## /m.exec(TEXT) ?? [];

  const missing = rooms.filter((room) => room.isDirectory() && !floors.includes(`\`${room.name}\``));

  assert.deepEqual(
    flows.map(({ name }) => name),
    ["A page", "A tick", "A migration"],
  );
  assert.deepEqual(
    missing.map(({ name }) => name).filter((name) => name !== "dev"),
    [],
  );
});

/** What a file imports of the project, lazily too. */
async function importsOf(file: string): Promise<string[]> {
  const text = await readFile(join(ROOT, file), "utf8");
  return [...text.matchAll(/(?:\bfrom |\bimport\()"(\.[^"]+)"/g)].map(([, path = ""]) =>
    relative(ROOT, resolve(ROOT, dirname(file), path)),
  );
}
