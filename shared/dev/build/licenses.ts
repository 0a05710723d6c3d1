import { readdir, readFile } from "node:fs/promises";
import { writeWhole } from "./write-file.ts";

/** Returns the folders of the packages that these modules belong to. */
export function packagesOf(modules: readonly string[]): string[] {
  const folders = modules.map((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0]);
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort();
}

/** Writes dist/THIRD_PARTY_LICENSES with the licenses of the packages in these folders. */
export async function writeLicenses(packages: readonly string[]): Promise<void> {
  // The list of common passwords is generated from this package, which esbuild does not see.
  const folders = new Set([...packages, "node_modules/@zxcvbn-ts/language-common"]);
  const sections = await Promise.all([...folders].map(readLicense));
  await writeWhole("dist/THIRD_PARTY_LICENSES", [...new Set(sections)].sort().join(`\n${"-".repeat(80)}\n\n`));
}

async function readLicense(folder: string): Promise<string> {
  const { name, version, license, author, repository } = JSON.parse(await readFile(`${folder}/package.json`, "utf8"));
  const files = (await readdir(folder)).filter((file) => /^(un)?licen[cs]e|^copying|^notice/i.test(file)).sort();
  if (files.length === 0 && typeof license !== "string") throw new Error(`Cannot find the license of "${name}"`);
  const texts = await Promise.all(files.map((file) => readFile(`${folder}/${file}`, "utf8")));
  // Some packages have no license file, and only name the license in package.json.
  const source = `Author: ${author?.name ?? author ?? "not named"}\nSource: ${repository?.url ?? repository ?? "not named"}`;
  return `${name} ${version}\nLicense: ${license ?? "see below"}\n\n${(texts.join("\n\n") || source).trim()}\n`;
}
