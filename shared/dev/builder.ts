import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { stat } from "node:fs/promises";
import { constants, setPriority } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

type BuildOptions = {
  /** Names of the artifacts to build; all by default. */
  only?: readonly string[];
  /** Runs the build at low priority. False by default. */
  isIdle?: boolean;
  signal: AbortSignal;
};

/**
 * Runs build.mjs in a separate process, so that this process can still answer requests. It ends with this process.
 *
 * @throws Error with what the build printed
 */
export async function build({ only, isIdle = false, signal }: BuildOptions): Promise<void> {
  const args = only === undefined ? ["--keep-manifests"] : ["--only", only.join(",")];
  const child = spawn(process.execPath, [join(ROOT, "build.mjs"), ...args], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const kill = () => child.kill();
  signal.addEventListener("abort", kill);
  if (isIdle && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    errors += chunk;
  });
  const [code] = await once(child, "close");
  signal.removeEventListener("abort", kill);
  signal.throwIfAborted();
  if (code !== 0) throw new Error(`Cannot build:\n${errors.trim()}`);
}

export type Builder = {
  /** Builds what has changed. @throws Error with what the build printed */
  build(files: readonly string[]): Promise<void>;
};

/**
 * Keeps a build.mjs process running until `signal` is aborted. It keeps the parsed sources, so it builds faster than a
 * new process.
 */
export function createBuilder({ only, signal }: { only: readonly string[]; signal: AbortSignal }): Builder {
  let child: ChildProcess | undefined;
  let ended: Promise<unknown> | undefined;
  let errors = "";
  signal.addEventListener("abort", () => child?.kill());

  async function start(): Promise<void> {
    const args = [join(ROOT, "build.mjs"), "--only", only.join(","), "--serve"];
    child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe", "ipc"] });
    child.stderr?.on("data", (chunk: Buffer) => {
      errors += chunk;
    });
    ended = once(child, "close").then(() => [{ error: "it has ended" }]);
    await answer(child);
  }

  async function answer(from: ChildProcess): Promise<void> {
    const [{ error }] = (await Promise.race([once(from, "message"), ended])) as [{ error?: string }];
    if (error !== undefined) throw new Error(`Cannot build:\n${errors.trim() || error}`);
  }

  return {
    async build(files) {
      errors = "";
      // The running process does not reread the routes, so it is replaced.
      if (files.includes("functions/routes.ts")) child?.disconnect();
      if (child?.connected) {
        child.send({});
        await answer(child);
      } else await start();
    },
  };
}

/** Returns when each artifact was last written, in milliseconds since 1970; 0 if it does not exist. */
export async function writtenAt(names: readonly string[]): Promise<Map<string, number>> {
  const stats = names.map((name) => stat(join(ROOT, `dist/${name}.cjs`)).catch(() => undefined));
  return new Map((await Promise.all(stats)).map((file, i) => [names[i] ?? "", file?.mtimeMs ?? 0]));
}
