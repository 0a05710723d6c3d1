import { createHash } from "node:crypto";
import { glob, readFile, stat } from "node:fs/promises";
import { type Artifact, entryOf } from "./artifacts.ts";
import type { Bundle } from "./bundle.ts";
import { writeWhole } from "./write-file.ts";

/** An artifact of dist/, with what it was made of. */
type BuiltArtifact = Bundle & {
  /** Of the artifact's own sources. Undefined if they were edited during its build. */
  digest?: string | undefined;
  /** Of all sources. */
  stamp?: string;
};
export type Built = Record<string, BuiltArtifact>;

const STATE = "dist/built.json";
// Not written in the call: knip would take them for patterns of its own.
const SOURCES = ["functions/**/*.ts", "shared/**/*.ts", "shared/**/*.graphql", "drizzle/**/*.*"];
const BUILD = "shared/dev/build/*.ts";

/** Reads what dist/ holds, by artifact. Empty if there was no build, or its output was removed. */
export async function readBuilt(): Promise<Built> {
  return JSON.parse(await readFile(STATE, "utf8").catch(() => "{}"));
}

export async function writeBuilt(built: Built): Promise<void> {
  await writeWhole(STATE, JSON.stringify(built));
}

/** Digests everything that artifacts are made of: sources, generated files, the packages' versions, and this script. */
export async function stampSources(): Promise<string> {
  return digestFiles(["package.json", ...(await list(SOURCES))]);
}

/** Returns true if these artifacts were made of all sources as they are. */
export async function isBuilt(built: Built, artifacts: readonly Artifact[], stamp: string): Promise<boolean> {
  for (const { name } of artifacts) if (built[name]?.stamp !== stamp || !(await isWhole(built, name))) return false;
  return true;
}

/** Returns true if what an artifact was bundled from has not changed, whatever else has. */
export async function isUnchanged(built: Built, artifact: Artifact): Promise<boolean> {
  const { digest, sources = [] } = built[artifact.name] ?? {};
  if (digest === undefined || !(await isWhole(built, artifact.name))) return false;
  return digest === (await digestOf(artifact, sources).catch(() => undefined));
}

export async function digestOf(artifact: Artifact, sources: readonly string[]): Promise<string> {
  return digestFiles([...sources, ...(await list(BUILD))], entryOf(artifact));
}

async function isWhole(built: Built, name: string): Promise<boolean> {
  return (await stat(`dist/${name}.cjs`).catch(() => undefined))?.size === built[name]?.numBytes;
}

async function list(patterns: string | string[]): Promise<string[]> {
  const files: string[] = [];
  for await (const file of glob(patterns)) files.push(file);
  return files;
}

async function digestFiles(files: readonly string[], text = ""): Promise<string> {
  const hash = createHash("sha256").update(process.version).update(text);
  for (const file of ["build.mjs", "package-lock.json", ...files.toSorted()])
    hash.update(`\0${file}\0`).update(await readFile(file));
  // esbuild reads it if it is there. The image is built without it.
  hash.update(await readFile("tsconfig.json").catch(() => ""));
  return hash.digest("hex");
}
