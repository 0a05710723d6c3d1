import type { PodcoreFunction } from "./function.ts";

/** A function and its routes. Without routes, in the artifact of one tick or operator function, it gets every POST. */
export type Mount = { name: string; fn: PodcoreFunction; routes: readonly { method: "GET" | "POST"; path: string }[] };

export type Match =
  | { kind: "found"; mount: Mount; params: Record<string, string> }
  | { kind: "wrong-method"; allow: string[] }
  | { kind: "unknown" };

/** Makes a function that finds the mount for a method and a path. HEAD matches GET. */
export function createRouter(mounts: readonly Mount[]): (method: string, path: string) => Match {
  const rows = mounts.flatMap((mount) =>
    (mount.routes.length > 0 ? mount.routes : [{ method: "POST" as const, path: "*" }]).map(({ method, path }) => ({
      method,
      pattern: toPattern(path),
      mount,
    })),
  );
  return function match(method, path) {
    const routeMethod = method === "HEAD" ? "GET" : method;
    const allow = new Set<string>();
    for (const row of rows) {
      const found = row.pattern.exec(path);
      if (found === null) continue;
      if (row.method === routeMethod) return { kind: "found", mount: row.mount, params: decode(found.groups ?? {}) };
      allow.add(row.method);
    }
    if (allow.has("GET")) allow.add("HEAD");
    return allow.size > 0 ? { kind: "wrong-method", allow: [...allow] } : { kind: "unknown" };
  };
}

function toPattern(path: string): RegExp {
  if (path === "*") return /^/;
  const source = path.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/:(\w+)/g, "(?<$1>[^/]+)");
  return new RegExp(`^${source}$`);
}

/** Percent-decodes the values. Keeps a value that is not valid percent-encoding. */
function decode(groups: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(groups).map(([name, value]) => {
      try {
        return [name, decodeURIComponent(value)];
      } catch {
        return [name, value];
      }
    }),
  );
}
