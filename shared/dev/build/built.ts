import { createHash } from "node:crypto";
import { glob, readFile, stat } from "node:fs/promises";
import { type Artifact, entryOf } from "./artifacts.ts";
import type { Bundle } from "./bundle.ts";
import { writeWhole } from "./write-file.ts";

/** An artifact in dist/, with digests of what it was built from. */
type BuiltArtifact = Bundle & {
  /** Digest of the artifact's own sources. Undefined if sources were edited during the build. */
  digest?: string | undefined;
  /** Digest of all sources, as of the last build that found the artifact up to date. */
  stamp?: string;
};
export type Built = Record<string, BuiltArtifact>;

const STATE = "dist/built.json";
// Constants, because knip would read patterns in the call to glob() as its own.
const SOURCES = ["functions/**/*.ts", "shared/**/*.ts", "shared/**/*.graphql", "drizzle/**/*.*"];
const BUILD = "shared/dev/build/*.ts";

/** Reads the state of dist/, by artifact name. Empty if nothing was built or dist/ was removed. */
export async function readBuilt(): Promise<Built> {
  return JSON.parse(await readFile(STATE, "utf8").catch(() => "{}"));
}

export async function writeBuilt(built: Built): Promise<void> {
  await writeWhole(STATE, JSON.stringify(built));
}

/** Digests everything that artifacts are built from: sources, generated files, package versions and Node's version. */
export async function stampSources(): Promise<string> {
  return digestFiles(["package.json", ...(await list(SOURCES))]);
}

/** Returns true if these artifacts are up to date with all sources. `stamp`: from `stampSources`. */
export async function isBuilt(built: Built, artifacts: readonly Artifact[], stamp: string): Promise<boolean> {
  for (const { name } of artifacts) if (built[name]?.stamp !== stamp || !(await isWhole(built, name))) return false;
  return true;
}

/** Returns true if an artifact's own sources have not changed since it was bundled. Other sources may have. */
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
  // Optional: esbuild uses it, but the image is built without it.
  hash.update(await readFile("tsconfig.json").catch(() => ""));
  return hash.digest("hex");
}
