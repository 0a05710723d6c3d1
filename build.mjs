// Generates the *.gen.ts files and the manifests, bundles each function to dist/<name>.cjs, and prints sizes.
//   node build.mjs                   everything
//   node build.mjs --generate        only the *.gen.ts files
//   node build.mjs --check           writes nothing: fails unless dist/ is up to date with the sources
//   node build.mjs --keep-manifests  no manifests: tests compare the committed ones to the route table
//   node build.mjs --only web,api    only these artifacts, and no manifests
//   ... --serve                      keeps running, and builds again, faster, for each message from its parent
if (Number(process.versions.node.split(".")[0]) < 24) {
  console.error(`Cannot build with Node ${process.versions.node}: 24 or newer is required; use \`npm run build\``);
  process.exit(1);
}
process.chdir(import.meta.dirname);
// Imported after the check, because an older Node cannot load TypeScript.
await import("./shared/dev/build/main.ts");
