import type { Route } from "../../functions/routes.ts";
import { SETTINGS } from "../../shared/config.ts";

/** Generates the PingSource of a tick. Its sink is the tick's own Service, which the compact overlay replaces. */
export function pingSource(route: Route): string {
  return `apiVersion: sources.knative.dev/v1
kind: PingSource
metadata:
  name: ${route.function}
  namespace: podcore
  labels:
    app.kubernetes.io/part-of: podcore
spec:
  # Every 5 minutes: longer than a tick's budget of 240 s plus 35 s for its last feeds, so that ticks rarely overlap.
  schedule: "*/5 * * * *"
  timezone: UTC
  contentType: application/json
  data: "{}"
  sink:
    # If Eventing's authentication-oidc is enabled, each tick carries a token for this audience.
    audience: ${SETTINGS.PODCORE_OIDC_AUDIENCE[0]}
    ref:
      apiVersion: serving.knative.dev/v1
      kind: Service
      name: ${route.function}
    uri: ${route.path}
`;
}
