import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { type Bench, ROOT, type Row } from "../bench.ts";
import type { Cell, Table } from "../harness.ts";

export default {
  name: "sizes",
  about: "each artifact's size against the same functions bundled as they come, without stand-ins and lazy builtins",
  run,
} satisfies Row;

// Of the largest artifacts; a quick run takes one of them.
const QUICK = ["web-podcast-get"];

async function* run({ isQuick }: Bench): AsyncGenerator<Table> {
  const rows: Table["rows"] = [];
  const files = (await readdir(join(ROOT, "dist"))).filter((file) => file.endsWith(".cjs"));
  for (const file of files.sort()) {
    const name = basename(file, ".cjs");
    if (isQuick && !QUICK.includes(name)) continue;
    const artifact = await readFile(join(ROOT, "dist", file));
    const plain = await bundleAsItComes(name);
    rows.push({ name, cells: cellsOf(artifact, plain) });
  }
  yield {
    title: "dist/*.cjs (kB of 1000 bytes; ratio to the bundle as it comes)",
    columns: ["as it comes", "artifact", "as it comes gz", "artifact gz"],
    rows,
  };
}

function cellsOf(artifact: Buffer, plain: Uint8Array): Cell[] {
  return [
    [plain.length, artifact.length] as const,
    [gzipSync(plain).length, gzipSync(artifact).length] as const,
  ].flatMap(([before, after]) => [
    { value: before / 1000 },
    { value: after / 1000, ratio: { median: after / before, mad: 0 } },
  ]);
}

/** Bundles the module that the artifact was made from, which its source map holds. */
async function bundleAsItComes(name: string): Promise<Uint8Array> {
  const map = JSON.parse(await readFile(join(ROOT, "dist", `${name}.cjs.map`), "utf8"));
  const place = map.sources.findIndex((source: string) => source.endsWith(`${name}.entry.js`));
  const { outputFiles } = await build({
    stdin: { contents: map.sourcesContent[place], resolveDir: ROOT, loader: "js" },
    write: false,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node24",
    minify: true,
    legalComments: "none",
    logLevel: "error",
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}
