import { glob } from "node:fs/promises";
import { AUDIENCES, ROUTES, type Route } from "../../../functions/routes.ts";

/** A bundle in dist/: one function with its routes, or all routes of an audience. */
export type Artifact = { name: string; routes: readonly Route[]; isAudience: boolean };

// A constant, because knip would read a pattern in the call to glob() as its own.
const FUNCTIONS = "functions/*/*.ts";

/** Lists one artifact for each function, and one for each audience. */
export function listArtifacts(): Artifact[] {
  const names = [...new Set(ROUTES.map((route) => route.function))];
  return [
    ...names.map((name) => ({ name, routes: ROUTES.filter((route) => route.function === name), isAudience: false })),
    ...AUDIENCES.map((name) => ({
      name,
      routes: ROUTES.filter((route) => route.audiences.includes(name)),
      isAudience: true,
    })),
  ];
}

/**
 * Returns the source of the module that an artifact is bundled from. The artifact of a single tick or operator function
 * answers at any path.
 */
export function entryOf({ name, routes, isAudience }: Artifact): string {
  const names = [...new Set(routes.map((route) => route.function))];
  const hasPages = names.some((fn) => fn.startsWith("web-"));
  const mounts = names.map((fn, i) => {
    const own = routes.filter((route) => route.function === fn && (isAudience || !/^(tick|admin)-/.test(fn)));
    return `{ name: "${fn}", fn: fn${i}, routes: ${JSON.stringify(own.map(({ method, path }) => ({ method, path })))} }`;
  });
  return [
    ...names.map((fn, i) => `import fn${i} from "./${fileOf(fn)}";`),
    hasPages
      ? 'import { renderError as renderErrorPage } from "./shared/web/pages/error-page.ts";'
      : "const renderErrorPage = undefined;",
    'import { createArtifact } from "./shared/http/server/artifact.ts";',
    "const argv = require.main === module ? process.argv.slice(2) : undefined;",
    `export default createArtifact({ name: "${name}", mounts: [${mounts.join(", ")}], renderErrorPage }, argv);`,
  ].join("\n");
}

/**
 * Checks that every function has a route and every route a function. Without a route, a function would never be built;
 * without its function, a route would only fail when it is bundled.
 *
 * @throws Error that names the files
 */
export async function checkFunctions(): Promise<void> {
  const files = new Set<string>();
  for await (const file of glob(FUNCTIONS)) files.add(file);
  const routed = new Set(ROUTES.map((route) => fileOf(route.function)));
  const stray = [...files].filter((file) => !routed.has(file));
  const missing = [...routed].filter((file) => !files.has(file));
  if (stray.length > 0) throw new Error(`Cannot build: functions/routes.ts does not name "${stray.join('", "')}"`);
  if (missing.length > 0)
    throw new Error(`Cannot build: functions/routes.ts names "${missing.join('", "')}", which does not exist`);
}

function fileOf(name: string): string {
  return `functions/${name.replace("-", "/")}.ts`;
}
