import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { AUDIENCES, ROUTES, type Route } from "../../functions/routes.ts";
import { listManifests, listServices } from "../../knative/generator/manifests.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { createRouter } from "../../shared/http/router.ts";
import { isKnativeService, type KubeObject, parseObjects } from "./objects.ts";

const root = join(import.meta.dirname, "../..");
const isPublic = ({ audiences }: Route) => audiences.some((audience) => audience !== "internal");

for (const { path, text } of listManifests()) {
  test(`${path} is what the route table says`, async () => {
    const committed = await readFile(join(root, path), "utf8");

    assert.equal(
      committed,
      text,
      `${path} is not what functions/routes.ts and knative/generator/ say: run \`npm run build\`, and commit it`,
    );
  });
}

test("listManifests() gives each function a Service, apart from the migration, which is a Job", () => {
  const names = objectsAt("overlays/per-route/services.yaml").map(({ metadata }) => metadata.name);

  const expected = new Set(ROUTES.map((route) => route.function));
  expected.delete("admin-migrate");
  assert.deepEqual(names, [...expected]);
});

test("listManifests() gives each audience a Service", () => {
  const services = objectsAt("overlays/compact/services.yaml").filter(isKnativeService);

  assert.deepEqual(
    services.map(({ metadata }) => metadata.name),
    AUDIENCES,
  );
});

test("listManifests() gives each tick a PingSource", () => {
  const sinks = objectsAt("base/ping-sources.yaml").map(({ spec }) => [spec?.sink?.ref?.name, spec?.sink?.uri]);

  assert.deepEqual(
    sinks,
    ROUTES.filter(({ path }) => path.startsWith("/tick/")).map((route) => [route.function, route.path]),
  );
});

test("listManifests() leads each public path to the function that the table says, whatever the method", () => {
  const routes = objectsAt("overlays/per-route/routes.yaml");

  for (const { path, method, function: name } of ROUTES.filter(isPublic)) {
    const asked = path.replace(/:\w+/g, "42-some.thing");
    assert.equal(lead(routes, method, asked), name, asked);
    assert.equal(lead(routes, "OPTIONS", asked), name, asked);
    // The function redirects to the path without the slash.
    if (path !== "/") assert.equal(lead(routes, method, `${asked}/`), name, `${asked}/`);
  }
});

test("listManifests() leads unknown paths, ticks and operators' paths to a page that answers with 404", () => {
  const routes = objectsAt("overlays/per-route/routes.yaml");

  for (const path of ["/nowhere", "/tick/crawl", "/admin/migrate", "/podcastss", "/graphqls"]) {
    assert.equal(lead(routes, "POST", path), "web-home-get", path);
  }
});

test("listManifests() leads no public path to an internal function", () => {
  const text = textAt("overlays/per-route/routes.yaml");

  assert.doesNotMatch(text, /tick-|admin-/);
});

test("listManifests() tells two functions of one path apart by the method, and leaves HEAD and OPTIONS to the reading one", () => {
  const routes = objectsAt("overlays/per-route/routes.yaml", [
    row("GET", "/", "web-home-get"),
    row("POST", "/login", "web-login-post"),
    row("GET", "/login", "web-login-get"),
  ]);

  assert.deepEqual(
    ["GET", "HEAD", "OPTIONS", "POST"].map((method) => lead(routes, method, "/login")),
    ["web-login-get", "web-login-get", "web-login-get", "web-login-post"],
  );
});

test("listManifests() takes patterns only where paths begin with the same words", () => {
  const table = [
    row("GET", "/", "web-home-get"),
    row("GET", "/podcasts", "web-podcasts-get"),
    row("GET", "/podcasts/new", "web-podcast-new-get"),
    row("GET", "/podcasts/:id", "web-podcast-get"),
    row("GET", "/podcasts/:id/feed.xml", "web-feed-get"),
    row("GET", "/files/*", "web-file-get"),
    row("GET", "/:handle", "web-account-get"),
  ];

  const routes = objectsAt("overlays/per-route/routes.yaml", table);

  const types = Object.fromEntries(
    routes.flatMap(({ spec }) => spec?.rules ?? []).map((rule) => [functionOf(rule), rule.matches?.[0]?.path?.type]),
  );
  assert.deepEqual(types, {
    "web-home-get": "PathPrefix",
    "web-account-get": "RegularExpression",
    "web-podcasts-get": "Exact",
    "web-podcast-new-get": "Exact",
    "web-podcast-get": "RegularExpression",
    "web-feed-get": "RegularExpression",
    "web-file-get": "PathPrefix",
  });
  const router = routerOf(table);
  for (const path of ["/", "/tim", "/podcasts", "/podcasts/new", "/podcasts/1", "/podcasts/1/feed.xml"]) {
    assert.equal(lead(routes, "GET", path), router(path), path);
  }
});

test("listManifests() writes at most 16 rules to a route", () => {
  const table = Array.from({ length: 40 }, (_, i) => row("GET", `/page${i}`, `web-page${i}-get`));

  const routes = objectsAt("overlays/per-route/routes.yaml", table);

  assert.deepEqual(
    routes.map(({ metadata, spec }) => [metadata.name, spec?.rules?.length]),
    [
      ["podcore", 16],
      ["podcore-2", 16],
      ["podcore-3", 8],
    ],
  );
});

test("listManifests() says why beside each number", () => {
  const lines = textAt("overlays/per-route/services.yaml").split("\n");

  const numbers = lines.flatMap((line, i) => (/[:"] ?"?\d+(m|Mi|Gi|s)?"?$/.test(line) ? [i] : []));

  assert.ok(numbers.length > 50);
  for (const i of numbers) {
    const above = lines[i - 1]?.includes("- name: DATABASE_CONNECTIONS") ? lines[i - 2] : lines[i - 1];
    assert.match(above ?? "", /# .+\.$/, lines[i]);
  }
});

test("every function that opens a fetcher says in the route table that it fetches", async () => {
  const names = [...new Set(ROUTES.map((route) => route.function))];
  const functions = await Promise.all(
    names.map(async (name) => ({ name, fn: (await import(`../../functions/${name.replace("-", "/")}.ts`)).default })),
  );

  const opening = functions.filter(({ fn }) => fn.openFetch !== undefined).map(({ name }) => name);

  const saying = ROUTES.filter(({ fetches }) => fetches).map((route) => route.function);
  assert.ok(opening.includes("tick-crawl"));
  assert.deepEqual(
    opening.filter((name) => !saying.includes(name)),
    [],
  );
});

test("a function has connections in sizes.ts unless it says usesDatabase: false", async () => {
  const wrong: string[] = [];
  for (const { name, size } of listServices()["per-route"]) {
    const { default: fn } = await import(`../../functions/${name.replace("-", "/")}.ts`);
    const usesDatabase = fn.usesDatabase !== false;
    if (usesDatabase === size.connections[0] > 0) continue;
    wrong.push(
      `${name}: usesDatabase is ${usesDatabase}, and knative/generator/sizes.ts gives it ${size.connections[0]}`,
    );
  }

  assert.deepEqual(wrong, [], "use NO_DATABASE in knative/generator/sizes.ts for these alone, and run `npm run build`");
});

function row(method: Route["method"], path: string, name: string): Route {
  return { method, path, function: name, audiences: ["web"] };
}

function textAt(path: string, table?: readonly Route[]): string {
  return listManifests(table).find((manifest) => manifest.path === `knative/${path}`)?.text ?? "";
}

function objectsAt(path: string, table?: readonly Route[]): KubeObject[] {
  return parseObjects(textAt(path, table));
}

type RouteRule = NonNullable<NonNullable<KubeObject["spec"]>["rules"]>[number];
function functionOf(rule: RouteRule): string | undefined {
  return rule.filters?.find(({ urlRewrite }) => urlRewrite)?.urlRewrite?.hostname?.split(".")[0];
}

/**
 * The function that a gateway's precedence leads to (HTTPRouteRule.matches): Exact, then RegularExpression as the
 * gateways named in knative/README.md do it, then the longest PathPrefix by whole segments; on a tie the match with a method.
 */
function lead(routes: readonly KubeObject[], method: string, path: string): string | undefined {
  const candidates = routes
    .flatMap(({ spec }) => spec?.rules ?? [])
    .flatMap((rule) => (rule.matches ?? []).map((match) => ({ name: functionOf(rule), match })))
    .filter(({ match }) => match.method === undefined || match.method === method)
    .map(({ name, match }) => ({ name, rank: rankOf(match.path, path), hasMethod: match.method !== undefined }))
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank || Number(b.hasMethod) - Number(a.hasMethod));
  const [first, second] = candidates;
  assert.ok(
    first?.rank !== second?.rank || first?.hasMethod !== second?.hasMethod || first?.name === second?.name,
    `${path} is ambiguous`,
  );
  return first?.name;
}

function rankOf(match: { type: string; value: string } | undefined, path: string): number {
  const { type, value } = match ?? { type: "PathPrefix", value: "/" };
  if (type === "Exact") return path === value ? 1e6 : 0;
  if (type === "RegularExpression") return new RegExp(value).test(path) ? 1e5 : 0;
  return value === "/" || path === value || path.startsWith(`${value}/`) ? value.length : 0;
}

/** The function that podcore's own router finds, and that the gateway must find too. */
function routerOf(table: readonly Route[]) {
  const fn = httpFunction({ readParams: () => ({}), handle: () => ({}), render: () => ({ headers: {}, body: "" }) });
  const match = createRouter(table.map((route) => ({ name: route.function, fn, routes: [route] })));
  return (path: string) => {
    const found = match("GET", path);
    return found.kind === "found" ? found.mount.name : undefined;
  };
}
