// Writes the *.gen.* files, bundles each function to dist/<name>.cjs, and prints every artifact's size.
//   node build.mjs                   the lot
//   node build.mjs --generate        only the *.gen.* files
//   node build.mjs --check           nothing: it fails unless dist/ was built from the sources as they are
//   node build.mjs --keep-manifests  all but knative/'s committed files, which tests compare to the route table
//   node build.mjs --only web,api    only these artifacts, and no manifests
//   ... --serve                      builds again for each message of its parent, faster: what was parsed stays parsed
import { createHash } from "node:crypto";
import { glob, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { builtinModules, createRequire } from "node:module";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

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

const isOnlyGenerating = process.argv.includes("--generate");
const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1]?.split(",") : undefined;
const keepsManifests = only !== undefined || process.argv.includes("--keep-manifests");
const wanted = listArtifacts().filter(({ name }) => only?.includes(name) ?? true);
const unknown = only?.find((name) => !wanted.some((artifact) => artifact.name === name));
if (unknown !== undefined) throw new Error(`Cannot build "${unknown}": no such artifact`);

// What dist/ holds, by artifact: what it was made of, and its size.
let built;
let stamp;
// Of esbuild, by artifact, with --serve.
const contexts = new Map();
const isServing = process.argv.includes("--serve");

if (process.argv.includes("--check")) {
  await readState();
  process.exit((await isBuilt()) ? 0 : 1);
}
await buildOnce();
if (isServing) serve();
else if (!isOnlyGenerating) {
  printTable(wanted.map(({ name }) => ({ name, ...built[name] })));
  // With --keep-manifests knative/ need not be there: the image is built without it.
  if (!keepsManifests) await printConnections();
}

async function buildOnce() {
  await readState();
  if (!isOnlyGenerating && keepsManifests && (await isBuilt())) return;
  // esbuild is loaded only now: most starts have nothing to build.
  await generate();
  await generateCommonPasswords();
  await generateAssetVersion();
  if (!isOnlyGenerating) await buildWanted();
}

/** Answers each message when what was saved before it is built. */
function serve() {
  process.send({});
  // Parsed while nobody waits, so that the first message is answered as fast as the others.
  let last = Promise.all(wanted.map(runEsbuild)).catch(() => {});
  process.on("message", () => {
    last = last.then(buildOnce).then(
      () => process.send({}),
      (error) => process.send({ error: error.message }),
    );
  });
  process.once("disconnect", () => process.exit());
}

async function readState() {
  built = await readBuilt();
  stamp = await stampSources();
}

async function buildWanted() {
  if (!keepsManifests) await generateManifests();
  await mkdir("dist", { recursive: true });
  await checkFiles();
  // Anew: what was generated counts as well.
  stamp = await stampSources();
  const isFresh = await Promise.all(wanted.map(isUnchanged));
  const stale = wanted.filter((_, i) => !isFresh[i]);
  const bundles = await Promise.all(stale.map(bundle));
  // Edited meanwhile: nobody knows which text was read, so these are bundled again the next time.
  const isStill = stamp === (await stampSources());
  for (const { name, ...one } of bundles) {
    const artifact = stale.find((candidate) => candidate.name === name);
    built[name] = { ...one, digest: isStill ? await digestOf(artifact, one.sources) : undefined };
  }
  if (isStill) for (const { name } of wanted) built[name].stamp = stamp;
  if (only === undefined) {
    const names = wanted.map(({ name }) => name);
    for (const name of Object.keys(built)) if (!names.includes(name)) delete built[name];
    await removeStale(names);
    await writeLicenses(Object.values(built).flatMap(({ packages }) => packages));
  }
  await write("dist/built.json", JSON.stringify(built));
}

/** @returns an empty object where there was no build, or its output was removed */
async function readBuilt() {
  return JSON.parse(await readFile("dist/built.json", "utf8").catch(() => "{}"));
}

/** Digests all that artifacts are made of: sources, generated files, the packages' versions, and this script. */
async function stampSources() {
  const files = ["package.json"];
  for await (const file of glob(["functions/**/*.ts", "shared/**/*.ts", "shared/**/*.graphql", "drizzle/**/*.*"]))
    files.push(file);
  return digestFiles(files);
}

/** True if all that is wanted was made of the sources as they are. */
async function isBuilt() {
  for (const { name } of wanted) if (built[name]?.stamp !== stamp || !(await isWhole(name))) return false;
  return true;
}

/** True if what an artifact was bundled from has not changed, whatever else has. */
async function isUnchanged(artifact) {
  const { digest, sources } = built[artifact.name] ?? {};
  if (digest === undefined || !(await isWhole(artifact.name))) return false;
  return digest === (await digestOf(artifact, sources).catch(() => undefined));
}

async function isWhole(name) {
  return (await stat(`dist/${name}.cjs`).catch(() => undefined))?.size === built[name].numBytes;
}

function digestOf(artifact, sources) {
  return digestFiles(sources, entryOf(artifact));
}

async function digestFiles(files, text = "") {
  const hash = createHash("sha256").update(process.version).update(text);
  for (const file of ["build.mjs", "package-lock.json", ...files.sort()])
    hash.update(`\0${file}\0`).update(await readFile(file));
  // esbuild goes by it where it is there. The image is built without.
  hash.update(await readFile("tsconfig.json").catch(() => ""));
  return hash.digest("hex");
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
  const path = "shared/accounts/common-passwords.gen.ts";
  // The list is large, and changes with its package or with this script alone.
  const [made, ...from] = await Promise.all([path, "package-lock.json", "build.mjs"].map(modifiedAt));
  if (from.every((at) => made > at)) return;
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
    path,
    `// Written by build.mjs from @zxcvbn-ts/language-common.\nexport const COMMON_PASSWORDS = ${JSON.stringify(text)};\n`,
  );
  // Left alone where it was right, it would look older than what it was made of.
  await utimes(path, new Date(), new Date());
}

/** @returns milliseconds since 1970; 0 for a file that is not there */
async function modifiedAt(path) {
  return (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
}

/** Puts only the hash of the style sheet, script and icon into the pages' artifacts, not the files themselves. */
async function generateAssetVersion() {
  const { transform } = await import("esbuild");
  const source = await readFile("shared/web/client/app.ts", "utf8");
  const { code: script } = await transform(source, { loader: "ts", minify: true, target: "es2022", format: "iife" });
  await write(
    "shared/web/app-js.gen.ts",
    `// Written by build.mjs from shared/web/client/app.ts.\nexport const APP_JS = ${JSON.stringify(script)};\n`,
  );
  const [{ APP_CSS }, { ICON_SVG }] = await Promise.all(["app.css.ts", "icon.ts"].map(readModule));
  // 48 bits: only the few versions that one browser has seen must differ.
  const version = createHash("sha256").update(APP_CSS).update(script).update(ICON_SVG).digest("hex").slice(0, 12);
  await write(
    "shared/web/asset-version.gen.ts",
    `// Written by build.mjs from the assets.\nexport const ASSET_VERSION = ${JSON.stringify(version)};\n`,
  );
}

async function printConnections() {
  const { describeConnections } = await import("./knative/generator/connections.ts");
  console.log(describeConnections());
}

/** Writes the Services, routes and PingSources of knative/, which are committed, from the route table. */
async function generateManifests() {
  const { listManifests } = await import("./knative/generator/manifests.ts");
  for (const { path, text } of listManifests()) await write(path, text);
}

/** The exports of a module of shared/web/ as it is now: import() would read it, and what it imports, one time only. */
async function readModule(name) {
  const { build } = await import("esbuild");
  const entryPoints = [`shared/web/${name}`];
  const { outputFiles } = await build({ entryPoints, bundle: true, format: "esm", write: false });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
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

async function runEsbuild(artifact) {
  const { build, context } = await import("esbuild");
  const options = optionsOf(artifact);
  if (!isServing) return build(options);
  if (!contexts.has(artifact.name)) contexts.set(artifact.name, await context(options));
  return contexts.get(artifact.name).rebuild();
}

function optionsOf(artifact) {
  return {
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
  };
}

async function bundle(artifact) {
  const { outputFiles, metafile } = await runEsbuild(artifact);
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
    numBytesGzip: (await promisify(gzip)(text)).length,
    // Those that leave nothing in the output as well: they may tomorrow.
    sources: Object.keys(metafile.inputs).filter((path) => /^(functions|shared)\//.test(path)),
    packages: packagesOf(inputs.map(([path]) => path)),
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

/** The folders of the packages that these modules belong to. */
function packagesOf(modules) {
  const folders = modules.map((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0]);
  return [...new Set(folders.filter(Boolean))].sort();
}

/** Writes dist/THIRD_PARTY_LICENSES: the licence of every package that a part of is in an artifact. */
async function writeLicenses(packages) {
  // The list of common passwords is generated from a package's.
  const folders = new Set([...packages, "node_modules/@zxcvbn-ts/language-common"]);
  const sections = await Promise.all([...folders].map(readLicense));
  await write("dist/THIRD_PARTY_LICENSES", [...new Set(sections)].sort().join(`\n${"-".repeat(80)}\n\n`));
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
