"use strict";
// Runs an artifact as node would, but compiles it faster, with the V8 code cache next to it:
//   node launch.cjs dist/web.cjs [arguments]
//   node launch.cjs --write-cache dist/web.cjs     writes dist/web.cjs.cache on exit, with all functions that have run
// V8 ignores a cache made by another version or with other flags. It detects a changed artifact only by its length, so
// write a new cache after each build.
const { readFileSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { dirname, resolve } = require("node:path");
const { Script } = require("node:vm");

const writesCache = process.argv[2] === "--write-cache";
const [artifact, ...rest] = process.argv.slice(writesCache ? 3 : 2);
if (artifact === undefined) {
  console.error("Cannot launch: no artifact given; usage: launch.cjs [--write-cache] dist/<name>.cjs [arguments]");
  process.exit(1);
}
const filename = resolve(artifact);
// The same arguments as without the launcher.
process.argv = [process.argv[0] ?? "", filename, ...rest];

// Artifacts are ASCII, which is read fastest as latin1.
const script = new Script(Module.wrap(readFileSync(filename, "latin1")), {
  filename,
  // Keeps columns in the first line right, because the wrapper precedes it.
  columnOffset: -Module.wrap("|").indexOf("|"),
  cachedData: readCache(),
});
if (writesCache) process.once("exit", () => writeFileSync(`${filename}.cache`, script.createCachedData()));

const main = new Module(filename);
main.filename = filename;
// Makes `require.main === module` true, by which an artifact knows that it is the main program.
process.mainModule = main;
script
  .runInThisContext()
  .call(main.exports, main.exports, Module.createRequire(filename), main, filename, dirname(filename));

/** Reads the code cache; undefined if there is none. */
function readCache() {
  try {
    return readFileSync(`${filename}.cache`);
  } catch {
    return undefined;
  }
}
