import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { KNATIVE, type KubeObject, type Overlay, parseObjects } from "./objects.ts";

const run = promisify(execFile);

export type Kustomize = { command: string; args: readonly string[]; version: string };

// Of 2025; what is used of it is older.
const INSTALLED_VERSION = "v5.8.1";
const INSTALL_FOLDER = join(import.meta.dirname, "../../node_modules/.cache/podcore");
// Less than a test's own timeout of two minutes: where this takes longer, rendering is skipped and not failed.
const INSTALL_TIMEOUT_MS = 90_000;
const BUILD_TIMEOUT_MS = 60_000;

/**
 * Finds the real kustomize: at KUSTOMIZE, on the PATH, inside kubectl, or as Go's module proxy has it, compiled once
 * into node_modules/.cache.
 */
export async function findKustomize(): Promise<Kustomize | undefined> {
  const installed = join(INSTALL_FOLDER, "kustomize");
  const onHand = process.env.KUSTOMIZE ?? "kustomize";
  return (
    (await probe({ command: onHand, args: ["build"] }, ["version"])) ??
    (await probe({ command: "kubectl", args: ["kustomize"] }, ["version", "--client"])) ??
    (await probe({ command: installed, args: ["build"] }, ["version"])) ??
    ((await install()) ? probe({ command: installed, args: ["build"] }, ["version"]) : undefined)
  );
}

export async function render({ command, args }: Kustomize, folder: string): Promise<KubeObject[]> {
  // Its output is about 50 kB; Node's own limit is 1 MiB.
  const { stdout } = await run(command, [...args, folder], { timeout: BUILD_TIMEOUT_MS });
  return parseObjects(stdout);
}

export function folderOf(overlay: Overlay, knative = KNATIVE): string {
  return join(knative, "overlays", overlay);
}

async function probe(
  { command, args }: Omit<Kustomize, "version">,
  ask: readonly string[],
): Promise<Kustomize | undefined> {
  try {
    const { stdout } = await run(command, [...ask], { timeout: BUILD_TIMEOUT_MS });
    return { command, args, version: stdout.trim().split("\n").at(-1) ?? "" };
  } catch {
    // It is not there, or not one that works.
    return undefined;
  }
}

async function install(): Promise<boolean> {
  try {
    await run("go", ["install", `sigs.k8s.io/kustomize/kustomize/v5@${INSTALLED_VERSION}`], {
      env: { ...process.env, GOBIN: INSTALL_FOLDER },
      timeout: INSTALL_TIMEOUT_MS,
    });
    return true;
  } catch {
    // No Go, or no way to its modules.
    return false;
  }
}
