import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

type Run = { urls: string[]; warmUpUrls?: string[]; env?: Record<string, string> };
export type ChildReport = { results: (string | number)[]; growthMb: number; resources: string[] };

/** Runs fetch-child.ts: `results` are statuses and kinds of error in the order of the URLs. */
export async function runChild({ urls, warmUpUrls = [], env = {} }: Run): Promise<ChildReport> {
  const script = fileURLToPath(new URL("fetch-child.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, warmUpUrls.join(" "), urls.join(" ")], {
    env: { ...process.env, ...env },
  });
  return JSON.parse(stdout);
}
