import { createHash } from "node:crypto";
import { readFile, stat, utimes } from "node:fs/promises";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { writeWhole } from "./write-file.ts";

/** The parts of drizzle-kit's journal that are read here. */
type Journal = { entries: { tag: string; when: number }[] };

/** Writes the *.gen.ts files. The working directory must be the repository's root. */
export async function generate(): Promise<void> {
  await generateMigrations();
  await generateCommonPasswords();
  await generateAssets();
}

/** Embeds drizzle/: all migrations for admin-migrate, and the newest one's name for functions that check the schema. */
async function generateMigrations(): Promise<void> {
  const { entries }: Journal = JSON.parse(await readFile("drizzle/meta/_journal.json", "utf8"));
  const migrations = await Promise.all(
    entries.map(async ({ tag, when }) => {
      const text = await readFile(`drizzle/${tag}.sql`, "utf8");
      const statements = text.split("--> statement-breakpoint").map((statement) => statement.trim());
      // Hashes of earlier versions of this file. Where one of them was applied, this version must not be applied again.
      const supersedes = [...text.matchAll(/^-- podcore: supersedes ([0-9a-f]{64})$/gm)].map(([, hash]) => hash);
      return { tag, when, hash: createHash("sha256").update(text).digest("hex"), supersedes, statements };
    }),
  );
  const newest = entries.at(-1);
  if (newest === undefined) throw new Error("Cannot build: drizzle/meta/_journal.json names no migration");
  const { tag, when } = newest;
  const header = "// Written by build.mjs from drizzle/.\n";
  await writeWhole(
    "shared/db/migrations.gen.ts",
    `${header}import type { Migration } from "./migrate.ts";\n\nexport const MIGRATIONS: readonly Migration[] = ${JSON.stringify(migrations, null, 2)};\n`,
  );
  const { version } = JSON.parse(await readFile("package.json", "utf8"));
  await writeWhole(
    "shared/version.gen.ts",
    `// Written by build.mjs from package.json.\nexport const VERSION = ${JSON.stringify(version)};\n`,
  );
  await writeWhole(
    "shared/db/schema-version.gen.ts",
    `${header}export const LATEST_MIGRATION = ${JSON.stringify({ tag, when })};\n`,
  );
}

/**
 * Embeds the most common passwords that are long enough to be accepted, so that artifacts do not contain the package.
 * Sorts them, and replaces the prefix that a password shares with the previous one by a letter for its length (A = 0),
 * which halves the size.
 */
async function generateCommonPasswords(): Promise<void> {
  const path = "shared/accounts/common-passwords.gen.ts";
  // Generating takes long, so only does it if the package or this script has changed.
  const made = await modifiedAt(path);
  const from = await Promise.all(["package-lock.json", "shared/dev/build/generate.ts"].map(modifiedAt));
  if (from.every((at) => made > at)) return;
  const { dictionary } = await import("@zxcvbn-ts/language-common");
  const { "passwords-common": common = [] } = dictionary;
  const passwords = common.filter((password) => password.length >= 8).slice(0, 10_000);
  const stray = passwords.find((password) => /[^!-@[-~]/.test(password));
  if (stray !== undefined)
    throw new Error(`Cannot embed the common password "${stray}": it has a capital letter or a non-ASCII character`);
  let before = "";
  let text = "";
  for (const password of passwords.sort()) {
    let numShared = 0;
    while (numShared < 25 && password[numShared] === before[numShared] && numShared < before.length) numShared += 1;
    text += String.fromCharCode(65 + numShared) + password.slice(numShared);
    before = password;
  }
  await writeWhole(
    path,
    `// Written by build.mjs from @zxcvbn-ts/language-common.\nexport const COMMON_PASSWORDS = ${JSON.stringify(text)};\n`,
  );
  // writeWhole() does not touch a file that is already right, so its time is set here. Otherwise it would be generated
  // again with each build.
  await utimes(path, new Date(), new Date());
}

/** Returns when a file was last written, in milliseconds since 1970; 0 if it does not exist. */
async function modifiedAt(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
}

/**
 * Generates the page script, the compressed assets, and a hash of the assets. Pages contain only the hash, in the assets'
 * URLs.
 */
async function generateAssets(): Promise<void> {
  const { transform } = await import("esbuild");
  const source = await readFile("shared/web/client/app.ts", "utf8");
  const { code: script } = await transform(source, { loader: "ts", minify: true, target: "es2022", format: "iife" });
  await writeWhole(
    "shared/web/app-js.gen.ts",
    `// Written by build.mjs from shared/web/client/app.ts.\nexport const APP_JS = ${JSON.stringify(script)};\n`,
  );
  const [{ APP_CSS }, { ICON_SVG }] = await Promise.all(["app.css.ts", "icon.ts"].map(readModule));
  // 48 bits are enough: only the few versions that one browser has cached must differ.
  const version = createHash("sha256").update(APP_CSS).update(script).update(ICON_SVG).digest("hex").slice(0, 12);
  await writeWhole(
    "shared/web/asset-version.gen.ts",
    `// Written by build.mjs from the assets.\nexport const ASSET_VERSION = ${JSON.stringify(version)};\n`,
  );
  const encoded = Object.entries({ APP_CSS, APP_JS: script, ICON_SVG }).map(([name, text]) => {
    const [br, gzip] = [brotliCompressSync(text), gzipSync(text, { level: 9 })].map((it) => it.toString("base64"));
    return `export const ${name}_ENCODED = ${JSON.stringify({ br, gzip })};\n`;
  });
  await writeWhole(
    "shared/web/encoded-assets.gen.ts",
    `// Written by build.mjs from the assets, in base64.\n${encoded.join("")}`,
  );
}

/** Loads the current version of a module of shared/web. import() caches a module, so it would miss later edits. */
async function readModule(name: string) {
  const { build } = await import("esbuild");
  const entryPoints = [`shared/web/${name}`];
  const { outputFiles } = await build({ entryPoints, bundle: true, format: "esm", write: false });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0]?.text ?? "")}`);
}

/** Writes the manifests in knative/ that depend on the route table. They are committed. */
export async function generateManifests(): Promise<void> {
  const { listManifests } = await import("../../../knative/generator/manifests.ts");
  for (const { path, text } of listManifests()) await writeWhole(path, text);
}
