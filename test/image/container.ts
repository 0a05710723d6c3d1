import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after } from "node:test";

export type Container = {
  child: ChildProcess;
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
};
export type Image = { root: string; config: ImageConfig };
type ImageConfig = { User: string; Env: string[]; Entrypoint: string[]; Cmd: string[]; WorkingDir: string };
type Descriptor = { digest: string };

/** Unpacks the layers of an image in an OCI layout into the folder `root`. */
export async function unpackImage(layout: string, root: string): Promise<Image> {
  const { manifests }: { manifests: [Descriptor] } = JSON.parse(await readFile(join(layout, "index.json"), "utf8"));
  const manifest: { config: Descriptor; layers: Descriptor[] } = JSON.parse(await readBlob(layout, manifests[0]));
  const { config }: { config: ImageConfig } = JSON.parse(await readBlob(layout, manifest.config));
  await mkdir(root);
  for (const layer of manifest.layers) {
    execFileSync("tar", ["-xzpf", blobPath(layout, layer), "-C", root, "--same-owner"]);
  }
  return { root, config };
}

function readBlob(layout: string, descriptor: Descriptor): Promise<string> {
  return readFile(blobPath(layout, descriptor), "utf8");
}

function blobPath(layout: string, { digest }: Descriptor): string {
  return join(layout, "blobs", digest.replace(":", "/"));
}

/**
 * Runs an image with `args`, as Kubernetes does: after its entrypoint or another one, in its folder, as its user, with its environment
 * and no other. Takes root.
 */
export async function startContainer(
  { root, config }: Image,
  { args, entrypoint, environment }: { args: string[]; entrypoint?: string[]; environment?: Record<string, string> },
): Promise<Container> {
  const [uid = "", gid = ""] = config.User.split(":");
  const imageEnvironment: Record<string, string> = {};
  for (const [, name = "", value = ""] of config.Env.map((line) => /^(.*?)=(.*)$/s.exec(line) ?? [])) {
    imageEnvironment[name] = value;
  }
  await Promise.all(["dev", "proc"].map((folder) => mkdir(join(root, folder), { recursive: true })));
  const place = [root, config.WorkingDir, uid, gid, imageEnvironment.PATH ?? ""];
  const child = spawn(
    join(import.meta.dirname, "enter.sh"),
    [...place, ...(entrypoint ?? config.Entrypoint), ...args],
    {
      env: { ...imageEnvironment, ...environment, PATH: process.env.PATH },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  after(() => child.kill("SIGKILL"));
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].on("data", (chunk: Buffer) => {
      text[name] += chunk;
    });
  }
  return { child, ended: once(child, "close").then(([code]) => ({ code, ...text })) };
}
