import type { Route } from "../../functions/routes.ts";

type Match = { type: "PathPrefix" | "Exact" | "RegularExpression"; value: string; method?: "POST" };

// Gateway API's limit for one HTTPRoute.
const MAX_RULES = 16;

/**
 * Writes the HTTPRoutes that lead each public path to its function: one rule for each function, 16 to a route. A rule
 * matches any method, so that HEAD, OPTIONS and what a function refuses get there too, except where two functions share
 * a path. "/" is the shortest prefix of all: what no rule matches goes to it, and is answered by its page that says so.
 */
export function httpRoutes(rows: readonly Route[]): string[] {
  const names = [...new Set(rows.map((row) => row.function))];
  const rules = names.map((name) => rule(name, matchesOf(name, rows)));
  return chunk(rules, MAX_RULES).map((some, i) => httpRoute(i === 0 ? "podcore" : `podcore-${i + 1}`, some));
}

/**
 * A prefix where that tells a path from all others, the longest winning. RegularExpression where two functions' paths
 * begin with the same words: the shorter path has the prefix then.
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

/** The words before the first `:name` or `*`. */
function startOf(path: string): string {
  return path.split(/\/[:*]/, 1)[0] || "/";
}

function shapeOf(path: string): string {
  return path.replace(/:\w+/g, ":");
}

function depthOf(path: string): number {
  return path.split("/").filter((segment) => segment !== "").length;
}

/** Takes one slash more at the end, which the function then redirects. Anchored, because not all gateways do it. */
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
  # From PODCORE_PUBLIC_URL, here and below: kustomization.yaml puts it in.
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
        # Knative gives the function this one for its Host, and would take it from a client as well.
        - type: RequestHeaderModifier
          requestHeaderModifier:
            set:
              - name: K-Original-Host
                value: podcore.example.com
      # Knative's ingress, which goes by Host; never the function's own Kubernetes Service.
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
