import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { glob, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import test from "node:test";
import { ROUTES } from "../../functions/routes.ts";
import { SETTINGS } from "../../shared/config.ts";

const ROOT = resolve(import.meta.dirname, "../..");

const documents = new Map<string, string>();
for await (const file of glob(["*.md", "docs/**/*.md", "knative/**/*.md"], { cwd: ROOT })) {
  documents.set(file, await readFile(join(ROOT, file), "utf8"));
}

/** The ids that GitHub gives to headings: lower case, without punctuation, blanks as hyphens. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

test("every link within the documents leads to a file and a heading that there are", () => {
  const broken: string[] = [];
  let numLinks = 0;
  for (const [file, text] of documents) {
    for (const [, link = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      numLinks += 1;
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? file : relative(ROOT, resolve(ROOT, dirname(file), path));
      const anchors = documents.get(target);
      const hasAnchor = anchor === undefined || anchors === undefined || anchorsOf(anchors).includes(anchor);
      if (!existsSync(join(ROOT, target)) || !hasAnchor) broken.push(`${file}: ${link}`);
    }
  }

  assert.ok(numLinks > 50, `only ${numLinks} links were found`);
  assert.deepEqual(broken, []);
});

test("every npm script that the documents name is in package.json, and CONTRIBUTING.md names each", async () => {
  const { scripts } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
  const named = [...documents].flatMap(([file, text]) =>
    [...text.matchAll(/npm run ([\w:-]+)|npm (test|start)\b/g)].map(([, script, short]) => ({
      file,
      script: script ?? short ?? "",
    })),
  );
  const inContributing = named.filter(({ file }) => file === "CONTRIBUTING.md").map(({ script }) => script);

  assert.deepEqual(
    named.filter(({ script }) => !Object.hasOwn(scripts, script)),
    [],
  );
  assert.deepEqual(
    Object.keys(scripts).filter((script) => !inContributing.includes(script)),
    [],
  );
});

test("every file of the project that the documents name in code is there", () => {
  const missing: string[] = [];
  for (const [file, text] of documents) {
    // docs/parity.md has a test of its own; a changelog names what there was.
    if (["docs/parity.md", "CHANGELOG.md"].includes(file)) continue;
    // A worked example's files are in its code blocks.
    const examples = [...text.matchAll(/^```ts (\S+)$/gm)].map(([, path]) => path);
    for (const [, path = ""] of text.matchAll(/`((?:functions|shared|test|docs|drizzle|knative)\/[\w./-]*\w\.\w+)`/g)) {
      // NAME and NNNN stand for any.
      if (/[A-Z]{4}/.test(path) || path.includes("web-podcast-years") || examples.includes(path)) continue;
      if (!existsSync(join(ROOT, path))) missing.push(`${file}: ${path}`);
    }
  }

  assert.deepEqual(missing, []);
});

test("the README names a command for every operator's function and tick", () => {
  const readme = documents.get("README.md") ?? "";
  const names = ROUTES.map((route) => route.function).filter((name) => /^(admin|tick)-/.test(name));
  const rows = [...readme.matchAll(/^\| .*`node dist\/([\w-]+)\.cjs --once/gm)].map(([, name = ""]) => name);

  const missing = names
    .filter((name) => !rows.includes(name))
    .map(
      (name) =>
        `${name}: no row of the table "Operators' commands" in README.md has \`node dist/${name}.cjs --once\`; add one that says what an operator uses it for`,
    );

  assert.deepEqual(missing, []);
  assert.deepEqual([...new Set(rows.filter((name) => !names.includes(name)))], []);
});

test("every PODCORE_ setting that the documents name is one", () => {
  const unknown = [...documents]
    // Both speak of settings that there were.
    .filter(([file]) => file !== "docs/parity.md" && file !== "CHANGELOG.md")
    .flatMap(([file, text]) => [...text.matchAll(/\bPODCORE_[A-Z_]+[A-Z]\b/g)].map(([name]) => ({ file, name })))
    // What only the worked example has, and what a Compose file reads.
    .filter(({ name }) => !Object.hasOwn(SETTINGS, name) && !["PODCORE_YEARS"].includes(name));

  assert.deepEqual(unknown, []);
});

test("the README begins with its two commands", () => {
  const [, first = ""] = /^```sh\n([\s\S]*?)^```$/m.exec(documents.get("README.md") ?? "") ?? [];

  const commands = first
    .trim()
    .split("\n")
    .map((line) => line.replace(/\s*#.*/, ""));

  assert.deepEqual(commands, ["npm install && npm start", "npm install && npm test"]);
});
