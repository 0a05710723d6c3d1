import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";

/** A Kubernetes object, as far as the rules look into it. */
export type KubeObject = {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Texts; annotations?: Record<string, unknown> };
  data?: Texts;
  spec?: Spec;
};
export type Texts = Record<string, string>;
type Spec = {
  template?: { metadata?: { labels?: Texts; annotations?: Record<string, unknown> }; spec?: PodSpec };
  traffic?: { percent?: number; tag?: string }[];
  backoffLimit?: number;
  schedule?: string;
  timezone?: string;
  contentType?: string;
  data?: string;
  sink?: { ref?: Reference; uri?: string; audience?: string };
  ref?: Reference;
  namespace?: string;
  hostnames?: string[];
  podSelector?: { matchLabels?: Texts };
  listeners?: { hostname?: string }[];
  rules?: RouteRule[];
  from?: { kind: string; namespace: string }[];
  to?: { kind: string; name?: string }[];
};
export type Reference = { apiVersion: string; kind: string; name: string };
export type PodSpec = {
  timeoutSeconds?: number;
  responseStartTimeoutSeconds?: number;
  containerConcurrency?: number;
  automountServiceAccountToken?: boolean;
  securityContext?: Container["securityContext"];
  containers: Container[];
};
export type Container = {
  image: string;
  args?: string[];
  ports?: { name?: string; containerPort?: number }[];
  env?: { name: string; value?: string; valueFrom?: { secretKeyRef?: SecretRef } }[];
  envFrom?: { configMapRef?: { name: string } }[];
  resources?: { requests?: Texts; limits?: Texts };
  securityContext?: {
    runAsNonRoot?: boolean;
    allowPrivilegeEscalation?: boolean;
    readOnlyRootFilesystem?: boolean;
    capabilities?: { drop?: string[] };
    seccompProfile?: { type: string };
  };
  readinessProbe?: Probe;
  livenessProbe?: Probe;
};
type SecretRef = { name: string; key: string; optional?: boolean };
type Probe = { httpGet?: { path: string }; periodSeconds?: number; timeoutSeconds?: number; failureThreshold?: number };
export type RouteRule = {
  matches?: { path?: { type: string; value: string }; method?: string }[];
  filters?: {
    type: string;
    urlRewrite?: { hostname?: string };
    requestHeaderModifier?: { set?: { name: string; value: string }[] };
  }[];
  backendRefs?: { name: string; namespace?: string; port?: number }[];
};

export const KNATIVE = join(import.meta.dirname, "../../knative");
export const OVERLAYS = ["compact", "per-route"] as const;
export type Overlay = (typeof OVERLAYS)[number];

/** What is written for an overlay, as it is before kustomize puts it together. */
const SOURCES: Readonly<Record<Overlay, readonly string[]>> = {
  compact: ["overlays/compact/services.yaml", "overlays/compact/domain-mappings.yaml"],
  "per-route": [
    "overlays/per-route/services.yaml",
    "overlays/per-route/gateway.yaml",
    "overlays/per-route/routes.yaml",
  ],
};
const BASE = ["namespace.yaml", "network-policy.yaml", "migrate-job.yaml", "ping-sources.yaml"].map(
  (name) => `base/${name}`,
);

export async function readSources(overlay: Overlay): Promise<KubeObject[]> {
  const texts = await Promise.all([...BASE, ...SOURCES[overlay]].map((path) => readFile(join(KNATIVE, path), "utf8")));
  return texts.flatMap(parseObjects);
}

/** @throws YAMLParseError where it is no YAML */
export function parseObjects(text: string): KubeObject[] {
  return parseAllDocuments(text).map((document) => {
    if (document.errors[0] !== undefined) throw document.errors[0];
    // What it really holds is what the rules and schemas are asked about.
    return document.toJS() as KubeObject;
  });
}

export function isKnativeService({ kind, apiVersion }: KubeObject): boolean {
  return kind === "Service" && apiVersion.startsWith("serving.knative.dev/");
}

/** The containers that an object runs, with its pod. */
export function containersOf(object: KubeObject): Container[] {
  return object.spec?.template?.spec?.containers ?? [];
}

/** Its scale bounds and the connections that each pod may open: none without a database. */
export function scaleOf(object: KubeObject): { minScale: number; maxScale: number; connections: number } {
  const annotations = object.spec?.template?.metadata?.annotations ?? {};
  const env = containersOf(object).flatMap((container) => container.env ?? []);
  return {
    minScale: Number(annotations["autoscaling.knative.dev/min-scale"]),
    maxScale: Number(annotations["autoscaling.knative.dev/max-scale"]),
    connections: Number(env.find(({ name }) => name === "DATABASE_CONNECTIONS")?.value ?? 0),
  };
}
