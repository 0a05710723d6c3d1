"use strict";
// Runs an artifact like node itself, but compiles it with the V8 code cache that lies beside it:
//   node launch.cjs dist/web.cjs [arguments]
//   node launch.cjs --write-cache dist/web.cjs     writes dist/web.cjs.cache as the process exits, with all that has run
// V8 ignores a cache that another version of it made, or other flags. It tells a changed artifact by its length only, so
// a cache must be written anew with each build.
const { readFileSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { dirname, resolve } = require("node:path");
const { Script } = require("node:vm");

const writesCache = process.argv[2] === "--write-cache";
const [artifact, ...rest] = process.argv.slice(writesCache ? 3 : 2);
if (artifact === undefined) {
  console.error("Cannot launch anything: usage: launch.cjs [--write-cache] dist/<name>.cjs [arguments]");
  process.exit(1);
}
const filename = resolve(artifact);
// As the artifact would find them without a launcher.
process.argv = [process.argv[0] ?? "", filename, ...rest];

// Artifacts are ASCII, which is read fastest as latin1.
const script = new Script(Module.wrap(readFileSync(filename, "latin1")), {
  filename,
  // The wrapper stands before the first line.
  columnOffset: -Module.wrap("|").indexOf("|"),
  cachedData: readCache(),
});
if (writesCache) process.once("exit", () => writeFileSync(`${filename}.cache`, script.createCachedData()));

const main = new Module(filename);
main.filename = filename;
// `require.main === module` tells an artifact that it is the program.
process.mainModule = main;
script
  .runInThisContext()
  .call(main.exports, main.exports, Module.createRequire(filename), main, filename, dirname(filename));

/** @returns undefined where there is no cache */
function readCache() {
  try {
    return readFileSync(`${filename}.cache`);
  } catch {
    return undefined;
  }
}
