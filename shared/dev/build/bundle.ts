import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { BuildContext, BuildOptions } from "esbuild";
import { type Artifact, entryOf } from "./artifacts.ts";
import { packagesOf } from "./licenses.ts";
import { lazyBuiltins, standIns } from "./plugins.ts";
import { writeWhole } from "./write-file.ts";

/** A written artifact: its size and its sources. */
export type Bundle = {
  numBytes: number;
  numBytesGzip: number;
  /** Paths of podcore's own sources. Includes those that add nothing to the output, because an edit may change that. */
  sources: readonly string[];
  /** Folders of the packages whose code it contains. */
  packages: readonly string[];
};

// Start of every artifact. Node 14 must be able to run it. "use strict" only works as the first statement.
const NODE_CHECK = `"use strict";
if (process.versions.node.split(".")[0] < 24) {
  const message = "podcore requires Node 24 or newer, but this is " + process.version;
  if (require.main !== module) throw new Error(message);
  console.error(message);
  process.exit(1);
}`;

type Options = ReturnType<typeof optionsOf>;

/** Makes a bundler. With `keepsContexts`, it keeps parsed sources in memory, so that later builds are faster. */
export function createBundler({ keepsContexts }: { keepsContexts: boolean }) {
  const contexts = new Map<string, BuildContext<Options>>();

  /** Bundles an artifact in memory, without writing it. */
  async function run(artifact: Artifact) {
    // Imported only when needed, because most starts have nothing to build.
    const { build, context } = await import("esbuild");
    const options = optionsOf(artifact);
    if (!keepsContexts) return build(options);
    const kept = contexts.get(artifact.name) ?? (await context(options));
    contexts.set(artifact.name, kept);
    return kept.rebuild();
  }

  /** Writes dist/<name>.cjs and its source map. */
  async function bundle(artifact: Artifact): Promise<Bundle> {
    const path = `dist/${artifact.name}.cjs`;
    const { outputFiles, metafile } = await run(artifact);
    const [map = "", code = ""] = outputFiles.sort((a, b) => b.path.length - a.path.length).map(({ text }) => text);
    const text = toAscii(code);
    await writeWhole(path, text);
    await writeWhole(`${path}.map`, map);
    const inputs = Object.entries(metafile.outputs[path]?.inputs ?? {}).filter(
      ([, { bytesInOutput }]) => bytesInOutput > 0,
    );
    return {
      numBytes: text.length,
      numBytesGzip: (await promisify(gzip)(text)).length,
      sources: Object.keys(metafile.inputs).filter((input) => /^(functions|shared)\//.test(input)),
      packages: packagesOf(inputs.map(([input]) => input)),
    };
  }

  return { run, bundle };
}

function optionsOf(artifact: Artifact) {
  return {
    stdin: { contents: entryOf(artifact), resolveDir: ".", sourcefile: `${artifact.name}.entry.js`, loader: "js" },
    outfile: `dist/${artifact.name}.cjs`,
    write: false,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node24",
    // Compiles syntax that Node 14 cannot parse. It can then run the banner, which reports the wrong version.
    supported: {
      "class-private-brand-check": false,
      "class-static-blocks": false,
      "logical-assignment": false,
      "regexp-match-indices": false,
      "regexp-set-notation": false,
      using: false,
    },
    minify: true,
    // Short lines, so that output of grep, debuggers and uncaught errors is readable. Makes artifacts 0.4 % larger.
    lineLimit: 300,
    sourcemap: "linked",
    legalComments: "none",
    metafile: true,
    banner: { js: NODE_CHECK },
    footer: { js: "module.exports=module.exports.default;" },
    plugins: [lazyBuiltins(), standIns()],
  } satisfies BuildOptions;
}

/**
 * Escapes non-ASCII characters that esbuild leaves in regular expressions and tagged templates, where an escape has the
 * same meaning. V8 stores an ASCII file with one byte per character; other files take two.
 */
function toAscii(code: string): string {
  return code.replace(/[^ -~\n\r\t]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
