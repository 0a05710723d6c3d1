import { listServices } from "./manifests.ts";
import { CONNECTION_BUDGETS, type Size } from "./sizes.ts";

/** Returns how many connections these Services can open during a rollout, when old and new pods overlap. */
function countConnections(sizes: readonly Pick<Size, "maxScale" | "connections">[]): number {
  return sizes.reduce((sum, { maxScale, connections }) => sum + maxScale[0] * connections[0] * 2, 0);
}

/** Describes how much of its connection budget each overlay uses. */
export function describeConnections(): string {
  const { compact, "per-route": perRoute } = listServices();
  return [["compact", compact] as const, ["per-route", perRoute] as const]
    .map(([overlay, services]) => {
      const numConnections = countConnections(services.map(({ size }) => size));
      return `knative/overlays/${overlay}: ${numConnections} of ${CONNECTION_BUDGETS[overlay]} connections`;
    })
    .join("\n");
}
