import type { Route } from "../../functions/routes.ts";

type Match = { type: "PathPrefix" | "Exact" | "RegularExpression"; value: string; method?: "POST" };

// Gateway API's limit for rules in one HTTPRoute.
const MAX_RULES = 16;

/**
 * Generates the HTTPRoutes from public paths to functions: one rule per function, up to 16 rules per HTTPRoute. A rule
 * matches all methods, including those that the function refuses, unless two functions share a path. Paths that match
 * no other rule go to the function at "/", the shortest prefix, which answers with its 404 page.
 */
export function httpRoutes(rows: readonly Route[]): string[] {
  const names = [...new Set(rows.map((row) => row.function))];
  const rules = names.map((name) => rule(name, matchesOf(name, rows)));
  return chunk(rules, MAX_RULES).map((some, i) => httpRoute(i === 0 ? "podcore" : `podcore-${i + 1}`, some));
}

/**
 * Returns a function's matches. A path is matched by its prefix if that distinguishes it; the longest prefix wins. If
 * two functions' paths start with the same segments, the shorter one is matched by prefix and the longer one by a
 * RegularExpression.
 */
function matchesOf(name: string, rows: readonly Route[]): Match[] {
  const matches = rows
    .filter((row) => row.function === name)
    .map((row): Match => {
      const isShared = rows.some(
        (other) => isRival(other, row) && shapeOf(other.path) === shapeOf(row.path) && other.method === "GET",
      );
      return { ...pathMatch(row, rows), ...(isShared && row.method === "POST" ? { method: "POST" } : {}) };
    });
  return [...new Map(matches.map((match) => [JSON.stringify(match), match])).values()];
}

function pathMatch(row: Route, rows: readonly Route[]): Match {
  if (needsPattern(row, rows)) return { type: "RegularExpression", value: patternOf(row.path) };
  // The gateways named in knative/README.md try Exact before RegularExpression before PathPrefix.
  const isTaken = rows.some(
    (other) => isRival(other, row) && needsPattern(other, rows) && new RegExp(patternOf(other.path)).test(row.path),
  );
  return { type: isTaken ? "Exact" : "PathPrefix", value: startOf(row.path) };
}

function needsPattern(row: Route, rows: readonly Route[]): boolean {
  return rows.some(
    (other) =>
      isRival(other, row) &&
      startOf(other.path) === startOf(row.path) &&
      shapeOf(other.path) !== shapeOf(row.path) &&
      depthOf(other.path) <= depthOf(row.path),
  );
}

function isRival(other: Route, row: Route): boolean {
  return other.function !== row.function;
}

/** Returns a path's segments before the first `:name` or `*`. */
function startOf(path: string): string {
  return path.split(/\/[:*]/, 1)[0] || "/";
}

function shapeOf(path: string): string {
  return path.replace(/:\w+/g, ":");
}

function depthOf(path: string): number {
  return path.split("/").filter((segment) => segment !== "").length;
}

/** Returns an anchored pattern, because not all gateways anchor. Allows a trailing slash: the function redirects it. */
function patternOf(path: string): string {
  const source = path
    .replace(/[.+?^${}()|[\]\\]/g, "\\$&")
    .replace(/:\w+/g, "[^/]+")
    .replace("*", ".*");
  return `^${source}/?$`;
}

function httpRoute(name: string, rules: readonly string[]): string {
  return `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: ${name}
  namespace: podcore
  labels:
    app.kubernetes.io/part-of: podcore
spec:
  parentRefs:
    - name: podcore
      sectionName: https
  # kustomization.yaml replaces this host, here and below, with that of PODCORE_PUBLIC_URL.
  hostnames: ["podcore.example.com"]
  rules:
${rules.join("")}`;
}

function rule(name: string, matches: readonly Match[]): string {
  return `    # ${name}
    - matches:
${matches.map(match).join("")}\
      filters:
        - type: URLRewrite
          urlRewrite:
            hostname: ${name}.podcore.svc.cluster.local
        # Knative passes this header to the function as Host. Setting it also overrides a client's own.
        - type: RequestHeaderModifier
          requestHeaderModifier:
            set:
              - name: K-Original-Host
                value: podcore.example.com
      # Knative's ingress, which routes by Host. Never use the function's own Kubernetes Service here.
      backendRefs:
        - name: kourier-internal
          namespace: kourier-system
          port: 80
`;
}

function match({ type, value, method }: Match): string {
  return `        - path:
            type: ${type}
            value: ${JSON.stringify(value)}
${method === undefined ? "" : `          method: ${method}\n`}`;
}

function chunk<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
