// Run by build.mjs, which describes the options.
import { mkdir, readdir, rm } from "node:fs/promises";
import { checkFunctions, listArtifacts } from "./artifacts.ts";
import { digestOf, isBuilt, isUnchanged, readBuilt, stampSources, writeBuilt } from "./built.ts";
import { createBundler } from "./bundle.ts";
import { generate, generateManifests } from "./generate.ts";
import { writeLicenses } from "./licenses.ts";

/** The message that `--serve` sends to its parent process after each build. `error`: why the build failed. */
export type Answer = { error?: string };

const has = (option: string) => process.argv.includes(option);
const isOnlyGenerating = has("--generate");
const isServing = has("--serve");
const only = has("--only") ? process.argv[process.argv.indexOf("--only") + 1]?.split(",") : undefined;
const keepsManifests = only !== undefined || has("--keep-manifests");
const wanted = listArtifacts().filter(({ name }) => only?.includes(name) ?? true);
const unknown = only?.find((name) => !wanted.some((artifact) => artifact.name === name));
if (unknown !== undefined) throw new Error(`Cannot build "${unknown}": no such artifact`);
const bundler = createBundler({ keepsContexts: isServing });

// If the parent process was killed, nobody waits for the build.
process.once("disconnect", () => process.exit(1));
// A build of its own ends without it.
if (!isServing) process.channel?.unref();

if (has("--check")) process.exit((await isBuilt(await readBuilt(), wanted, await stampSources())) ? 0 : 1);
await buildOnce();
if (isServing) serve();
else if (!isOnlyGenerating) {
  await printTable();
  // With --keep-manifests, knative/generator/ may be missing, as when the image is built.
  if (!keepsManifests) await printConnections();
}

async function buildOnce(): Promise<void> {
  if (!isOnlyGenerating && keepsManifests && (await isBuilt(await readBuilt(), wanted, await stampSources()))) return;
  await generate();
  if (isOnlyGenerating) return;
  if (!keepsManifests) await generateManifests();
  await mkdir("dist", { recursive: true });
  await checkFunctions();
  await buildWanted();
}

async function buildWanted(): Promise<void> {
  const built = await readBuilt();
  const stamp = await stampSources();
  const isFresh = await Promise.all(wanted.map((artifact) => isUnchanged(built, artifact)));
  const stale = wanted.filter((_, i) => !isFresh[i]);
  const bundles = await Promise.all(
    stale.map(async (artifact) => ({ artifact, bundle: await bundler.bundle(artifact) })),
  );
  // If a source was edited during the build, the artifacts may contain either version. Builds them again next time.
  const isStill = stamp === (await stampSources());
  for (const { artifact, bundle } of bundles) {
    const digest = isStill ? await digestOf(artifact, bundle.sources) : undefined;
    built[artifact.name] = { ...bundle, digest };
  }
  for (const { name } of wanted) if (isStill && built[name] !== undefined) built[name].stamp = stamp;
  if (only === undefined) {
    const names = wanted.map(({ name }) => name);
    for (const name of Object.keys(built)) if (!names.includes(name)) delete built[name];
    await removeStale(names);
    await writeLicenses(Object.values(built).flatMap(({ packages }) => packages));
  }
  await writeBuilt(built);
}

/** Builds once for each message from the parent process, and answers when the build is done. */
function serve(): void {
  const answer = (message: Answer) => process.send?.(message);
  answer({});
  // Parses the sources now, so that the first message is answered as fast as later ones.
  let last: Promise<unknown> = Promise.all(wanted.map(bundler.run)).catch(() => {});
  process.on("message", () => {
    last = last.then(buildOnce).then(
      () => answer({}),
      (error: Error) => answer({ error: error.message }),
    );
  });
}

/** Removes files in dist/ that belong to functions that no longer exist. */
async function removeStale(names: readonly string[]): Promise<void> {
  for (const file of await readdir("dist")) {
    const [, name] = /^(.+)\.cjs(?:\.map|\.cache)?$/.exec(file) ?? [];
    if (name !== undefined && !names.includes(name)) await rm(`dist/${file}`);
  }
}

async function printTable(): Promise<void> {
  const built = await readBuilt();
  const kilobytes = (numBytes = 0) => `${(numBytes / 1000).toFixed(1)} kB`.padStart(10);
  console.log(`${"artifact".padEnd(28)}${"raw".padStart(10)}${"gzip".padStart(10)}`);
  for (const { name } of wanted) {
    const { numBytes, numBytesGzip } = built[name] ?? {};
    console.log(`${`dist/${name}.cjs`.padEnd(28)}${kilobytes(numBytes)}${kilobytes(numBytesGzip)}`);
  }
}

async function printConnections(): Promise<void> {
  const { describeConnections } = await import("../../../knative/generator/connections.ts");
  console.log(describeConnections());
}
