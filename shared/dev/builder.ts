import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { stat } from "node:fs/promises";
import { constants, setPriority } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

type BuildOptions = {
  /** Names of artifacts; all unless given. */
  only?: readonly string[];
  /** Only with what CPU time nobody else wants. False unless given. */
  isIdle?: boolean;
  signal: AbortSignal;
};

/**
 * Runs build.mjs in a process of its own, so that this one goes on answering.
 *
 * @throws Error with what the build printed
 */
export async function build({ only, isIdle = false, signal }: BuildOptions): Promise<void> {
  const args = only === undefined ? ["--keep-manifests"] : ["--only", only.join(",")];
  const child = spawn(process.execPath, [join(ROOT, "build.mjs"), ...args], { stdio: ["ignore", "ignore", "pipe"] });
  const kill = () => child.kill();
  signal.addEventListener("abort", kill);
  if (isIdle && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
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

/** Keeps a build.mjs that has parsed the sources already, until `signal` is aborted. */
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
      // It has read the routes for good.
      if (files.includes("functions/routes.ts")) child?.disconnect();
      if (child?.connected) {
        child.send({});
        await answer(child);
      } else await start();
    },
  };
}

/** When each artifact was last written, in milliseconds since 1970; 0 for those that are not there. */
export async function writtenAt(names: readonly string[]): Promise<Map<string, number>> {
  const stats = names.map((name) => stat(join(ROOT, `dist/${name}.cjs`)).catch(() => undefined));
  return new Map((await Promise.all(stats)).map((file, i) => [names[i] ?? "", file?.mtimeMs ?? 0]));
}
