import type { Mount } from "../router.ts";

/**
 * Returns the request that a browser would send for these params. Params that the route's path names go into the path,
 * the others into the query or the body.
 */
export function requestOf({ name, routes }: Mount, params: Record<string, unknown>) {
  const names = ({ path }: { path: string }): string[] => path.match(/(?<=:)\w+/g) ?? [];
  const complete = routes.filter((route) => names(route).every((key) => key in params));
  const route = complete.find(({ method }) => method === "POST") ??
    complete[0] ??
    routes[0] ?? { method: "POST", path: "/" };
  const texts = Object.entries(params).map(([key, value]): [string, string] => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const named = Object.fromEntries(texts.filter(([key]) => names(route).includes(key)));
  const rest = new URLSearchParams(texts.filter(([key]) => !(key in named)));
  const isForm = route.method === "POST" && name.startsWith("web-");
  return {
    method: route.method,
    path: route.path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(named[key] ?? "")),
    params: named,
    query: route.method === "GET" ? rest : new URLSearchParams(),
    headers: { "content-type": isForm ? "application/x-www-form-urlencoded" : "application/json" },
    body: Buffer.from(route.method === "GET" ? "" : isForm ? rest.toString() : JSON.stringify(params)),
  };
}
