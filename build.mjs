// Writes the *.gen.* files, bundles each function to dist/<name>.cjs, and prints every artifact's size.
//   node build.mjs                   everything
//   node build.mjs --generate        only the *.gen.* files
//   node build.mjs --check           writes nothing: fails unless dist/ was built from the sources as they are
//   node build.mjs --keep-manifests  all but knative/'s committed files, which tests compare to the route table
//   node build.mjs --only web,api    only these artifacts, and no manifests
//   ... --serve                      builds again for each message of its parent, faster, because it has parsed before
if (Number(process.versions.node.split(".")[0]) < 24) {
  console.error(
    `Cannot build with Node ${process.versions.node}: it takes 24 or newer, which \`npm run build\` brings along`,
  );
  process.exit(1);
}
process.chdir(import.meta.dirname);
// Imported only now: an older Node cannot load TypeScript.
await import("./shared/dev/build/main.ts");
