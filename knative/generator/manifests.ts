import { AUDIENCES, ROUTES, type Route } from "../../functions/routes.ts";
import { httpRoutes } from "./http-routes.ts";
import { pingSource } from "./ping-source.ts";
import { type ServiceOptions, service } from "./service.ts";
import { AUDIENCE_SIZES, sizeOf } from "./sizes.ts";

/** A generated file under knative/, which is committed. */
export type Manifest = { path: string; text: string };

/** Functions that run as Jobs with their own database role, and never as Services. */
const JOBS = ["admin-migrate"];

const HEADER =
  "# Written by build.mjs from functions/routes.ts: change that, or knative/generator/, then run npm run build.\n";

/** Lists the Services of each overlay: one for each audience, or one for each function. */
export function listServices(routes: readonly Route[] = ROUTES) {
  const deployed = deployedOf(routes);
  const functions = firstRows(deployed).map(
    (route): ServiceOptions => ({
      name: route.function,
      audience: route.audiences[0] ?? "internal",
      servesOperator: isOperators(route),
      fetches: route.fetches ?? false,
      size: sizeOf(route.function),
    }),
  );
  const audiences = AUDIENCES.map(
    (audience): ServiceOptions => ({
      name: audience,
      audience,
      servesOperator: deployed.some((route) => route.audiences.includes(audience) && isOperators(route)),
      fetches: deployed.some((route) => route.audiences.includes(audience) && route.fetches),
      size: AUDIENCE_SIZES[audience],
    }),
  );
  return { compact: audiences, "per-route": functions };
}

/** Generates the manifests that depend on the route table: Services, HTTPRoutes and PingSources. */
export function listManifests(routes: readonly Route[] = ROUTES): Manifest[] {
  const deployed = deployedOf(routes);
  const services = listServices(routes);
  const ticks = firstRows(deployed).filter((route) => route.function.startsWith("tick-"));
  const isPublic = (route: Route) => route.audiences.some((audience) => audience !== "internal");
  return [
    manifest("base/ping-sources.yaml", ticks.map(pingSource)),
    manifest("overlays/per-route/services.yaml", services["per-route"].map(service)),
    manifest("overlays/per-route/routes.yaml", httpRoutes(deployed.filter(isPublic))),
    manifest("overlays/compact/services.yaml", services.compact.map(service)),
  ];
}

function isOperators({ path }: Route): boolean {
  return path.startsWith("/operator/");
}

function deployedOf(routes: readonly Route[]): Route[] {
  return routes.filter((route) => !JOBS.includes(route.function));
}

/** Returns the first row of each function. */
function firstRows(routes: readonly Route[]): Route[] {
  return [...new Map(routes.map((route) => [route.function, route])).values()];
}

function manifest(path: string, documents: readonly string[]): Manifest {
  return { path: `knative/${path}`, text: `${HEADER}${documents.join("---\n")}` };
}
