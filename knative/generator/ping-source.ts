import type { Route } from "../../functions/routes.ts";
import { SETTINGS } from "../../shared/config.ts";

/** Writes the PingSource of a tick. Its sink is the tick's own Service; the compact overlay names another. */
export function pingSource(route: Route): string {
  return `apiVersion: sources.knative.dev/v1
kind: PingSource
metadata:
  name: ${route.function}
  namespace: podcore
  labels:
    app.kubernetes.io/part-of: podcore
spec:
  # Every 5 minutes: longer than a tick's budget of 240 s and its last feeds' 35 s, so that ticks seldom overlap.
  schedule: "*/5 * * * *"
  timezone: UTC
  contentType: application/json
  data: "{}"
  sink:
    # Where Eventing's authentication-oidc is enabled, each tick carries a token for this audience.
    audience: ${SETTINGS.PODCORE_OIDC_AUDIENCE[0]}
    ref:
      apiVersion: serving.knative.dev/v1
      kind: Service
      name: ${route.function}
    uri: ${route.path}
`;
}
