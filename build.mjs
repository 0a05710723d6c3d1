// Writes the *.gen.* files, bundles each function to dist/<name>.cjs, and prints every artifact's size.
//   node build.mjs                   the lot
//   node build.mjs --generate        only the *.gen.* files
//   node build.mjs --check           nothing: it fails unless dist/ was built from the sources as they are
//   node build.mjs --keep-manifests  all but knative/'s committed files, which tests compare to the route table
import { createHash } from "node:crypto";
import { glob, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { builtinModules, createRequire } from "node:module";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";

if (Number(process.versions.node.split(".")[0]) < 24) {
  console.error(
    `Cannot build with Node ${process.versions.node}: it takes 24 or newer, which \`npm run build\` brings along`,
  );
  process.exit(1);
}
process.chdir(import.meta.dirname);
// What every artifact begins with, in words that Node 14 knows. A directive must come first.
const NODE_CHECK = `"use strict";
if (process.versions.node.split(".")[0] < 24) {
  const message = "podcore takes Node 24 or newer, and this is " + process.version;
  if (require.main !== module) throw new Error(message);
  console.error(message);
  process.exit(1);
}`;
const { AUDIENCES, ROUTES } = await import("./functions/routes.ts");

if (process.argv.includes("--check")) process.exit((await findBuilt(await stampSources())) === undefined ? 1 : 0);

await generate();
await generateCommonPasswords();
await generateAssetVersion();
if (!process.argv.includes("--generate")) {
  if (!process.argv.includes("--keep-manifests")) await generateManifests();
  await mkdir("dist", { recursive: true });
  await checkFiles();
  const stamp = await stampSources();
  const sizes = (await findBuilt(stamp)) ?? (await bundleAll(stamp));
  printTable(sizes);
  // With --keep-manifests knative/ need not be there: the image is built without it.
  if (!process.argv.includes("--keep-manifests")) {
    const { describeConnections } = await import("./knative/generator/connections.ts");
    console.log(describeConnections());
  }
}

/** Bundles every artifact, and keeps beside them what they were made of. */
async function bundleAll(stamp) {
  const sizes = await Promise.all(listArtifacts().map(bundle));
  await removeStale(sizes.map(({ name }) => name));
  await writeLicenses(sizes.flatMap(({ inputs }) => inputs));
  const built = sizes.map(({ name, numBytes, numBytesGzip }) => ({ name, numBytes, numBytesGzip }));
  await write("dist/built.json", JSON.stringify({ stamp, sizes: built }));
  return built;
}

/** Digests all that goes into artifacts: sources, generated files, the packages' versions, and this script. */
async function stampSources() {
  const hash = createHash("sha256").update(process.version);
  const files = ["build.mjs", "package.json", "package-lock.json"];
  const sources = ["functions/**/*.ts", "shared/**/*.ts", "shared/**/*.graphql", "drizzle/**/*.*"];
  for await (const file of glob(sources)) files.push(file);
  for (const file of files.sort()) hash.update(`\0${file}\0`).update(await readFile(file));
  return hash.digest("hex");
}

/** The sizes of what the last build made of the same sources; undefined where it did not, or something is missing. */
async function findBuilt(stamp) {
  try {
    const built = JSON.parse(await readFile("dist/built.json", "utf8"));
    if (built.stamp !== stamp) return undefined;
    for (const { name, numBytes } of built.sizes) {
      if ((await stat(`dist/${name}.cjs`)).size !== numBytes) return undefined;
    }
    return built.sizes;
  } catch {
    // There was no build, or its output was removed.
    return undefined;
  }
}

/** Embeds drizzle/: all of it for admin-migrate, and the newest one's name for the functions that check the schema. */
async function generate() {
  const { entries } = JSON.parse(await readFile("drizzle/meta/_journal.json", "utf8"));
  const migrations = await Promise.all(
    entries.map(async ({ tag, when }) => {
      const text = await readFile(`drizzle/${tag}.sql`, "utf8");
      const statements = text.split("--> statement-breakpoint").map((statement) => statement.trim());
      // Said in the file: a migration that was written anew, and must not be applied where its earlier form was.
      const supersedes = [...text.matchAll(/^-- podcore: supersedes ([0-9a-f]{64})$/gm)].map(([, hash]) => hash);
      return { tag, when, hash: createHash("sha256").update(text).digest("hex"), supersedes, statements };
    }),
  );
  const { tag, when } = migrations.at(-1);
  const header = "// Written by build.mjs from drizzle/.\n";
  await write(
    "shared/db/migrations.gen.ts",
    `${header}import type { Migration } from "./migrate.ts";\n\nexport const MIGRATIONS: readonly Migration[] = ${JSON.stringify(migrations, null, 2)};\n`,
  );
  const { version } = JSON.parse(await readFile("package.json", "utf8"));
  await write(
    "shared/version.gen.ts",
    `// Written by build.mjs from package.json.\nexport const VERSION = ${JSON.stringify(version)};\n`,
  );
  await write(
    "shared/db/schema-version.gen.ts",
    `${header}export const LATEST_MIGRATION = ${JSON.stringify({ tag, when })};\n`,
  );
}

/**
 * Embeds the commonest passwords that are long enough to be chosen, sorted, each as the number of letters that it shares
 * with the one before (A is none) and its rest: half as long as the list, and the artifacts need no package.
 */
async function generateCommonPasswords() {
  const { dictionary } = await import("@zxcvbn-ts/language-common");
  const passwords = dictionary["passwords-common"].filter((password) => password.length >= 8).slice(0, 10_000);
  const stray = passwords.find((password) => /[^!-@[-~]/.test(password));
  if (stray !== undefined) throw new Error(`Cannot embed the common password "${stray}": it has a capital or no ASCII`);
  let before = "";
  let text = "";
  for (const password of passwords.sort()) {
    let numShared = 0;
    while (numShared < 25 && password[numShared] === before[numShared] && numShared < before.length) numShared += 1;
    text += String.fromCharCode(65 + numShared) + password.slice(numShared);
    before = password;
  }
  await write(
    "shared/accounts/common-passwords.gen.ts",
    `// Written by build.mjs from @zxcvbn-ts/language-common.\nexport const COMMON_PASSWORDS = ${JSON.stringify(text)};\n`,
  );
}

/** Puts only the hash of the style sheet, script and icon into the pages' artifacts, not the files themselves. */
async function generateAssetVersion() {
  const source = await readFile("shared/web/client/app.ts", "utf8");
  const { code: script } = await transform(source, { loader: "ts", minify: true, target: "es2022", format: "iife" });
  await write(
    "shared/web/app-js.gen.ts",
    `// Written by build.mjs from shared/web/client/app.ts.\nexport const APP_JS = ${JSON.stringify(script)};\n`,
  );
  const [{ APP_CSS }, { ICON_SVG }] = await Promise.all([
    import("./shared/web/app.css.ts"),
    import("./shared/web/icon.ts"),
  ]);
  // 48 bits: only the few versions that one browser has seen must differ.
  const version = createHash("sha256").update(APP_CSS).update(script).update(ICON_SVG).digest("hex").slice(0, 12);
  await write(
    "shared/web/asset-version.gen.ts",
    `// Written by build.mjs from the assets.\nexport const ASSET_VERSION = ${JSON.stringify(version)};\n`,
  );
}

/** Writes the Services, routes and PingSources of knative/, which are committed, from the route table. */
async function generateManifests() {
  const { listManifests } = await import("./knative/generator/manifests.ts");
  for (const { path, text } of listManifests()) await write(path, text);
}

/** Leaves a file that is right alone, and puts another in its place whole: what runs it meanwhile never reads half of it. */
async function write(path, text) {
  const current = await readFile(path, "utf8").catch(() => undefined);
  if (current === text) return;
  await writeFile(`${path}.${process.pid}`, text);
  await rename(`${path}.${process.pid}`, path);
}

/** Removes what is left in dist/ of functions that are no more. */
async function removeStale(names) {
  for (const file of await readdir("dist")) {
    const [, name] = /^(.+)\.cjs(?:\.map|\.cache)?$/.exec(file) ?? [];
    if (name !== undefined && !names.includes(name)) await rm(`dist/${file}`);
  }
}

/** A function that no route names would never be built, and a route without a function would fail late. */
async function checkFiles() {
  const files = new Set();
  for await (const file of glob("functions/*/*.ts")) files.add(file);
  const routed = new Set(ROUTES.map((route) => fileOf(route.function)));
  const stray = [...files].filter((file) => !routed.has(file));
  const missing = [...routed].filter((file) => !files.has(file));
  if (stray.length > 0) throw new Error(`Cannot build: functions/routes.ts does not name "${stray.join('", "')}"`);
  if (missing.length > 0)
    throw new Error(`Cannot build: functions/routes.ts names "${missing.join('", "')}", which is no file`);
}

function fileOf(name) {
  return `functions/${name.replace("-", "/")}.ts`;
}

/** One artifact for each function, and one for each audience. */
function listArtifacts() {
  const names = [...new Set(ROUTES.map((route) => route.function))];
  return [
    ...names.map((name) => ({ name, routes: ROUTES.filter((route) => route.function === name), isAudience: false })),
    ...AUDIENCES.map((name) => ({
      name,
      routes: ROUTES.filter((route) => route.audiences.includes(name)),
      isAudience: true,
    })),
  ];
}

/** The module that an artifact is bundled from. A tick's or operator's function alone in its artifact takes any path. */
function entryOf({ name, routes, isAudience }) {
  const names = [...new Set(routes.map((route) => route.function))];
  const hasPages = names.some((fn) => fn.startsWith("web-"));
  const mounts = names.map((fn, i) => {
    const own = routes.filter((route) => route.function === fn && (isAudience || !/^(tick|admin)-/.test(fn)));
    return `{ name: "${fn}", fn: fn${i}, routes: ${JSON.stringify(own.map(({ method, path }) => ({ method, path })))} }`;
  });
  return [
    ...names.map((fn, i) => `import fn${i} from "./${fileOf(fn)}";`),
    hasPages
      ? 'import { renderError as renderErrorPage } from "./shared/web/pages/error-page.ts";'
      : "const renderErrorPage = undefined;",
    'import { createArtifact } from "./shared/http/server/artifact.ts";',
    "const argv = require.main === module ? process.argv.slice(2) : undefined;",
    `export default createArtifact({ name: "${name}", mounts: [${mounts.join(", ")}], renderErrorPage }, argv);`,
  ].join("\n");
}

async function bundle(artifact) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: entryOf(artifact), resolveDir: ".", sourcefile: `${artifact.name}.entry.js`, loader: "js" },
    outfile: `dist/${artifact.name}.cjs`,
    write: false,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node24",
    // Node 14 parses all that the others have, too, and comes to the banner.
    supported: {
      "class-private-brand-check": false,
      "class-static-blocks": false,
      "logical-assignment": false,
      "regexp-match-indices": false,
      "regexp-set-notation": false,
      using: false,
    },
    minify: true,
    // Short enough to be read in what grep, a debugger or an uncaught error prints. It costs 0.4 %.
    lineLimit: 300,
    sourcemap: "linked",
    legalComments: "none",
    metafile: true,
    banner: { js: NODE_CHECK },
    footer: { js: "module.exports=module.exports.default;" },
    plugins: [lazyBuiltins(), standIns()],
  });
  const [map, code] = outputFiles.sort((a, b) => b.path.length - a.path.length);
  const text = toAscii(code.text);
  await write(`dist/${artifact.name}.cjs`, text);
  await write(`dist/${artifact.name}.cjs.map`, map.text);
  const inputs = Object.entries(metafile.outputs[`dist/${artifact.name}.cjs`].inputs).filter(
    ([, { bytesInOutput }]) => bytesInOutput > 0,
  );
  return {
    name: artifact.name,
    numBytes: text.length,
    numBytesGzip: gzipSync(text).length,
    inputs: inputs.map(([path]) => path),
  };
}

/**
 * Escapes what esbuild leaves: regular expressions and tagged templates, in which an escape means the same. V8 keeps an
 * ASCII file as one byte a character, half of what it takes otherwise.
 */
function toAscii(code) {
  return code.replace(/[^ -~\n\r\t]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Builtins that take milliseconds to load and that a start does not need: loaded when a property of theirs is first read. */
function lazyBuiltins() {
  const lazy = [
    "child_process",
    "crypto",
    "dns",
    "dns/promises",
    "https",
    "querystring",
    "string_decoder",
    "tls",
    "worker_threads",
    "zlib",
  ];
  const require = createRequire(import.meta.url);
  return {
    name: "lazy-builtins",
    setup(build) {
      build.onResolve({ filter: /^(node:)?[a-z_/]+$/ }, ({ path, namespace }) => {
        const name = path.replace("node:", "");
        if (namespace === "lazy" || !lazy.includes(name) || !builtinModules.includes(name)) return undefined;
        return { path: name, namespace: "lazy" };
      });
      build.onLoad({ filter: /.*/, namespace: "lazy" }, ({ path }) => ({
        contents: `for (const key of ${JSON.stringify(Object.keys(require(path)))})
          Object.defineProperty(exports, key, { enumerable: true, get: () => require("node:${path}")[key] });`,
      }));
    },
  };
}

/**
 * Parts of the functions framework that podcore does without. The gate reads bodies, no file is served, and one domain
 * for each request doubles its cost: what a handler throws is caught by the wrapper, and what floats by serve(). And
 * tables of nodemailer's, a third of it: mails have no attachments, and their server is a URL, not a brand. And the CSS
 * parser of sanitize-html, nearly 100 kB: notes keep no styles (what it throws drops the attribute).
 */
function standIns() {
  const modules = {
    "body-parser":
      "const skip = () => (req, res, next) => next(); module.exports = { json: skip, text: skip, raw: skip, urlencoded: skip };",
    debug: "module.exports = () => Object.assign(() => {}, { enabled: false });",
    // Node asks it whether a stray rejection is taken care of: serve() does.
    domain:
      "const domain = { on() {}, emit: (_, reason) => process.emit('unhandledRejection', reason), bind: (fn) => fn, run(fn) { process.domain = domain; return fn(); } }; exports.create = () => domain;",
    "mime-db":
      'module.exports = { "application/json": { extensions: ["json"] }, "text/html": { extensions: ["html"] }, "text/plain": { extensions: ["txt"] } };',
    "mime-types.js":
      'export const detectMimeType = () => "application/octet-stream"; export const detectExtension = () => "bin";',
    minimist: "module.exports = () => ({});",
    postcss: "exports.parse = () => { throw new Error('No styles are kept'); };",
    send: "module.exports = () => { throw new Error('No files are served'); };",
    "services.js": "export const services = {};",
    "serve-static": "module.exports = () => { throw new Error('No files are served'); };",
    "side-channel":
      "module.exports = () => { const map = new Map(); return { get: (k) => map.get(k), set: (k, v) => map.set(k, v), has: (k) => map.has(k) }; };",
  };
  return {
    name: "stand-ins",
    setup(build) {
      build.onResolve({ filter: new RegExp(`^(${Object.keys(modules).join("|")})$`) }, ({ path }) => ({
        path,
        namespace: "stand-in",
      }));
      build.onResolve({ filter: /\/(mime-types|services)\.js$/ }, ({ path, importer }) =>
        /[\\/]nodemailer[\\/]/.test(importer) ? { path: path.replace(/.*\//, ""), namespace: "stand-in" } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: "stand-in" }, ({ path }) => ({ contents: modules[path] }));
    },
  };
}

/** Writes dist/THIRD_PARTY_LICENSES: the licence of every package that one of these modules, all in an artifact, belongs to. */
async function writeLicenses(modules) {
  const folders = new Set(
    // The list of common passwords is generated from a package's.
    [...modules, "node_modules/@zxcvbn-ts/language-common/"]
      .map((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0])
      .filter(Boolean),
  );
  const sections = await Promise.all([...folders].map(readLicense));
  await writeFile("dist/THIRD_PARTY_LICENSES", [...new Set(sections)].sort().join(`\n${"-".repeat(80)}\n\n`));
}

async function readLicense(folder) {
  const { name, version, license, author, repository } = JSON.parse(await readFile(`${folder}/package.json`, "utf8"));
  const files = (await readdir(folder)).filter((file) => /^(un)?licen[cs]e|^copying|^notice/i.test(file)).sort();
  if (files.length === 0 && typeof license !== "string") throw new Error(`Cannot tell the licence of "${name}"`);
  const texts = await Promise.all(files.map((file) => readFile(`${folder}/${file}`, "utf8")));
  // Some packages ship no text, and name what it would say.
  const source = `Author: ${author?.name ?? author ?? "not named"}\nSource: ${repository?.url ?? repository ?? "not named"}`;
  return `${name} ${version}\nLicense: ${license ?? "see below"}\n\n${(texts.join("\n\n") || source).trim()}\n`;
}

function printTable(sizes) {
  const kilobytes = (numBytes) => `${(numBytes / 1000).toFixed(1)} kB`.padStart(10);
  console.log(`${"artifact".padEnd(28)}${"raw".padStart(10)}${"gzip".padStart(10)}`);
  for (const { name, numBytes, numBytesGzip } of sizes) {
    console.log(`${`dist/${name}.cjs`.padEnd(28)}${kilobytes(numBytes)}${kilobytes(numBytesGzip)}`);
  }
}
