import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { BuildContext, BuildOptions } from "esbuild";
import { type Artifact, entryOf } from "./artifacts.ts";
import { packagesOf } from "./licenses.ts";
import { lazyBuiltins, standIns } from "./plugins.ts";
import { writeWhole } from "./write-file.ts";

/** An artifact as it was written. */
export type Bundle = {
  numBytes: number;
  numBytesGzip: number;
  /** Paths of ours, also of those that leave nothing in the output: they may tomorrow. */
  sources: readonly string[];
  /** Folders of the packages that a part of is in it. */
  packages: readonly string[];
};

// What every artifact begins with, in words that Node 14 knows. A directive must come first.
const NODE_CHECK = `"use strict";
if (process.versions.node.split(".")[0] < 24) {
  const message = "podcore takes Node 24 or newer, and this is " + process.version;
  if (require.main !== module) throw new Error(message);
  console.error(message);
  process.exit(1);
}`;

type Options = ReturnType<typeof optionsOf>;

/** Bundles artifacts. One that `keepsContexts` keeps what it parsed, so that it bundles the same artifact faster again. */
export function createBundler({ keepsContexts }: { keepsContexts: boolean }) {
  const contexts = new Map<string, BuildContext<Options>>();

  /** Parses and bundles, but writes nothing. */
  async function run(artifact: Artifact) {
    // Loaded only now: most starts have nothing to build.
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
  } satisfies BuildOptions;
}

/**
 * Escapes what esbuild leaves: regular expressions and tagged templates, in which an escape means the same. V8 keeps an
 * ASCII file as one byte a character, half of what it takes otherwise.
 */
function toAscii(code: string): string {
  return code.replace(/[^ -~\n\r\t]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
