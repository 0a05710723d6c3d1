import { AUDIENCES, ROUTES, type Route } from "../../functions/routes.ts";
import { httpRoutes } from "./http-routes.ts";
import { pingSource } from "./ping-source.ts";
import { service } from "./service.ts";
import { AUDIENCE_SIZES, sizeOf } from "./sizes.ts";

/** A file under knative/, as it is to be committed. */
export type Manifest = { path: string; text: string };

/** Run as a Job, under a database role of its own, and never as a Service. */
const JOBS = ["admin-migrate"];

const HEADER = "# Written by build.mjs from functions/routes.ts: change that, or shared/knative/, and build.\n";

/** Writes the manifests that the route table decides: a Service for each function and audience, routes and ticks. */
export function listManifests(routes: readonly Route[] = ROUTES): Manifest[] {
  const deployed = routes.filter((route) => !JOBS.includes(route.function));
  const functions = [...new Map(deployed.map((route) => [route.function, route])).values()];
  const ticks = functions.filter((route) => route.function.startsWith("tick-"));
  const isPublic = (route: Route) => route.audiences.some((audience) => audience !== "internal");
  return [
    manifest("base/ping-sources.yaml", ticks.map(pingSource)),
    manifest(
      "overlays/per-route/services.yaml",
      functions.map((route) =>
        service({
          name: route.function,
          audience: route.audiences[0] ?? "internal",
          fetches: route.fetches ?? false,
          size: sizeOf(route.function),
        }),
      ),
    ),
    manifest("overlays/per-route/routes.yaml", httpRoutes(deployed.filter(isPublic))),
    manifest(
      "overlays/compact/services.yaml",
      AUDIENCES.map((audience) =>
        service({
          name: audience,
          audience,
          fetches: deployed.some((route) => route.audiences.includes(audience) && route.fetches),
          size: AUDIENCE_SIZES[audience],
        }),
      ),
    ),
  ];
}

function manifest(path: string, documents: readonly string[]): Manifest {
  return { path: `knative/${path}`, text: `${HEADER}${documents.join("---\n")}` };
}
