import { ROUTES } from "../../functions/routes.ts";
import { readConfig, SETTINGS } from "../../shared/config.ts";
import { STREAM_TIMEOUT_MS } from "../../shared/http/stream.ts";
import { containersOf, isKnativeService, type KubeObject, type RouteRule, scaleOf } from "./objects.ts";
import type { Rule } from "./webhook-rules.ts";

// The Secrets that the runbook makes: those that there must be, and those that one may do without.
const NEEDED_SECRETS = ["podcore-database", "podcore-database-migrate"];
const OPTIONAL_SECRETS = [
  "podcore-operator",
  "podcore-wake",
  "podcore-operator-page",
  "podcore-smtp",
  "podcore-sentry",
];
// Whose pods serve the operator's pages.
const OPERATORS = ["web", "web-operator-get", "web-operator-podcast-get", "web-operator-post"];
const CLUSTER_SCOPED = ["Namespace", "ClusterDomainClaim"];

// Those that serve an export.
const STREAMING = ["web", "web-account-export-get"];

const config = readConfig({});
// shared/http/app.ts ends a tick this long after its budget.
const TICK_GRACE_SECONDS = 35;

/** What Kubernetes would take, and podcore is not to be run with. */
export const HOUSE_RULES: readonly Rule[] = [
  serviceRule("scale bounds are set", (service) => {
    const { minScale, maxScale, connections } = scaleOf(service);
    return minScale >= 0 && maxScale >= 1 && connections >= 1 === secretsOf(service).includes("podcore-database");
  }),
  serviceRule(
    "a Service is cluster-local",
    ({ metadata }) => metadata.labels?.["networking.knative.dev/visibility"] === "cluster-local",
  ),
  serviceRule("timeoutSeconds is at least 60 and beyond the function's own end", (service) => {
    const { timeoutSeconds = 0 } = service.spec?.template?.spec ?? { containers: [] };
    const isInternal = service.spec?.template?.metadata?.labels?.["podcore/audience"] === "internal";
    const streamMs = STREAMING.includes(service.metadata.name) ? STREAM_TIMEOUT_MS : 0;
    const ownEndMs = isInternal ? config.tickBudgetMs + TICK_GRACE_SECONDS * 1_000 : config.requestTimeoutMs + streamMs;
    return timeoutSeconds >= 60 && timeoutSeconds * 1_000 > ownEndMs;
  }),
  serviceRule("readiness is asked at /ready, liveness at /health", (service) =>
    containersOf(service).every(
      ({ readinessProbe, livenessProbe }) =>
        readinessProbe?.httpGet?.path === "/ready" && livenessProbe?.httpGet?.path === "/health",
    ),
  ),
  runRule("the security context is written out", (object) =>
    containersOf(object).every(({ securityContext: own = {} }) => {
      // A Job may say two of them for its whole pod; Knative refuses that.
      const pod = object.spec?.template?.spec?.securityContext ?? {};
      return (
        (own.runAsNonRoot ?? pod.runAsNonRoot) === true &&
        (own.seccompProfile ?? pod.seccompProfile)?.type === "RuntimeDefault" &&
        own.allowPrivilegeEscalation === false &&
        own.readOnlyRootFilesystem === true &&
        own.capabilities?.drop?.join() === "ALL"
      );
    }),
  ),
  runRule("CPU and memory are requested, memory is limited and CPU is not", (object) =>
    containersOf(object).every(
      ({ resources: { requests = {}, limits = {} } = {} }) =>
        requests.cpu !== undefined && requests.memory !== undefined && Object.keys(limits).join() === "memory",
    ),
  ),
  runRule("secrets come by reference", (object) =>
    containersOf(object)
      .flatMap(({ env = [] }) => env)
      .every(({ name, value, valueFrom }) =>
        value === undefined
          ? [...NEEDED_SECRETS, ...OPTIONAL_SECRETS].includes(valueFrom?.secretKeyRef?.name ?? "")
          : !/URL|SECRET|KEY|TOKEN|PASSWORD/.test(name),
      ),
  ),
  runRule("a pod starts without the Secrets that one may do without, and never without the others", (object) =>
    secretRefsOf(object).every(({ name, optional = false }) => optional === OPTIONAL_SECRETS.includes(name)),
  ),
  runRule("args name an artifact", (object) => {
    const artifacts = [...ROUTES.map((route) => route.function), "web", "api", "internal"];
    return containersOf(object).every(({ args }) => artifacts.some((name) => args?.[0] === `dist/${name}.cjs`));
  }),
  {
    ...runRule("images are named by digest", (object) =>
      containersOf(object).every(({ image }) => /^[^@]+\/podcore@sha256:[0-9a-f]{64}$/.test(image)),
    ),
    needsRendered: true,
  },
  {
    ...runRule("settings come from a ConfigMap that is applied too", (object, objects) =>
      containersOf(object).every(({ envFrom = [] }) =>
        envFrom.every(({ configMapRef }) => has(objects, { kind: "ConfigMap", name: configMapRef?.name })),
      ),
    ),
    needsRendered: true,
  },
  {
    name: "a ConfigMap holds settings that there are",
    appliesTo: ({ kind }) => kind === "ConfigMap",
    holds: ({ data = {} }) =>
      Object.keys(data).every((name) => name in SETTINGS) && readConfig(data).logLevel !== undefined,
    needsRendered: true,
  },
  {
    name: "jobs are woken at the work tick's own Service",
    appliesTo: ({ kind }) => kind === "ConfigMap",
    holds({ data = {} }, objects) {
      const url = URL.parse(data.PODCORE_WORK_URL ?? "");
      const tick = objects.find(({ kind, metadata }) => kind === "PingSource" && metadata.name === "tick-work");
      const { ref, uri } = tick?.spec?.sink ?? {};
      return url?.hostname === `${ref?.name}.podcore.svc.cluster.local` && url.pathname === uri;
    },
    needsRendered: true,
  },
  {
    name: "a Job tries once, under a role that no Service has",
    appliesTo: ({ kind }) => kind === "Job",
    holds: (job) => job.spec?.backoffLimit === 0 && secretsOf(job).join() === "podcore-database-migrate",
  },
  serviceRule(
    "a Service has the role that may not change the schema",
    (service) => !secretsOf(service).includes("podcore-database-migrate"),
  ),
  serviceRule(
    "the operator's token is the internal Services' alone, that of its pages theirs, and each has all others",
    (service) => {
      const isInternal = service.spec?.template?.metadata?.labels?.["podcore/audience"] === "internal";
      const secrets = OPTIONAL_SECRETS.filter((name) => {
        if (name === "podcore-operator") return isInternal;
        return name !== "podcore-operator-page" || OPERATORS.includes(service.metadata.name);
      });
      const own = secretsOf(service).filter((name) => name !== "podcore-database");
      return own.join() === secrets.join();
    },
  ),
  {
    name: "a tick asks for a token of the audience that functions take",
    appliesTo: ({ kind }) => kind === "PingSource",
    holds: ({ spec }) => spec?.sink?.audience === config.oidc.audience,
  },
  {
    name: "what has a namespace names it",
    appliesTo: ({ kind }) => !CLUSTER_SCOPED.includes(kind),
    holds: ({ kind, metadata: { namespace } }) =>
      namespace === "podcore" || (kind === "ReferenceGrant" && namespace !== undefined),
  },
  {
    name: "a tick comes every 5 minutes",
    appliesTo: ({ kind }) => kind === "PingSource",
    holds: ({ spec }) => spec?.schedule === "*/5 * * * *",
  },
  {
    name: "a tick goes to a Service that is applied too, and that is gone between ticks",
    appliesTo: ({ kind }) => kind === "PingSource",
    holds({ spec }, objects) {
      const sink = objects.find((object) => isKnativeService(object) && object.metadata.name === spec?.sink?.ref?.name);
      const window = sink?.spec?.template?.metadata?.annotations?.["autoscaling.knative.dev/window"];
      return (
        window === "10s" &&
        ROUTES.some(({ path, function: name }) => path === spec?.sink?.uri && name.startsWith("tick-"))
      );
    },
    needsRendered: true,
  },
  serviceRule("who asks hosts of the internet, and nobody else, says so", ({ metadata, spec }) => {
    const fetches = ROUTES.some(
      (row) =>
        (row.function === metadata.name || row.audiences.some((audience) => audience === metadata.name)) && row.fetches,
    );
    return spec?.template?.metadata?.labels?.["podcore/fetches"] === (fetches ? "true" : undefined);
  }),
  {
    name: "feeds are asked for by who says so alone",
    appliesTo: ({ kind, metadata }) => kind === "NetworkPolicy" && metadata.name === "to-feeds",
    holds: ({ spec }) => spec?.podSelector?.matchLabels?.["podcore/fetches"] === "true",
  },
  {
    name: "a DomainMapping leads to a Service, and the cluster grants its host",
    appliesTo: ({ kind }) => kind === "DomainMapping",
    holds: ({ metadata, spec }, objects) =>
      has(objects, { kind: "ClusterDomainClaim", name: metadata.name }) &&
      has(objects, { kind: "Service", name: spec?.ref?.name }),
    needsRendered: true,
  },
  routeRule(
    "a route goes to Knative's ingress, never to a function's own Kubernetes Service",
    (_, { backendRefs = [] }) =>
      backendRefs.every(
        ({ name, namespace, port }) => name === "kourier-internal" && namespace === "kourier-system" && port === 80,
      ),
  ),
  routeRule("a route puts a function's host for Host", (_, rule, objects) => {
    const [name, rest] = (rule.filters?.find(({ urlRewrite }) => urlRewrite)?.urlRewrite?.hostname ?? "").split(
      /\.(.*)/,
    );
    return rest === "podcore.svc.cluster.local" && has(objects, { kind: "Service", name });
  }),
  routeRule("a route sets K-Original-Host to its own host", ({ spec }, { filters = [] }) => {
    const set = filters.flatMap(({ requestHeaderModifier }) => requestHeaderModifier?.set ?? []);
    return set.some(({ name, value }) => name === "K-Original-Host" && value === spec?.hostnames?.[0]);
  }),
  {
    name: "a route has at most 16 rules of at most 64 matches",
    appliesTo: ({ kind }) => kind === "HTTPRoute",
    holds: ({ spec: { rules = [] } = {} }) =>
      rules.length <= 16 && rules.every(({ matches = [] }) => matches.length <= 64),
  },
  {
    name: "a route into another namespace is granted there",
    appliesTo: ({ kind }) => kind === "HTTPRoute",
    holds: ({ spec, metadata }, objects) =>
      (spec?.rules ?? [])
        .flatMap(({ backendRefs = [] }) => backendRefs)
        .every((backend) =>
          objects.some(
            (grant) =>
              grant.kind === "ReferenceGrant" &&
              grant.metadata.namespace === backend.namespace &&
              grant.spec?.from?.some(
                ({ kind, namespace }) => kind === "HTTPRoute" && namespace === metadata.namespace,
              ) &&
              grant.spec?.to?.some(({ kind, name }) => kind === "Service" && name === backend.name),
          ),
        ),
  },
];

function serviceRule(name: string, holds: Rule["holds"]): Rule {
  return { name, appliesTo: isKnativeService, holds };
}

/** Of whatever runs the image. */
function runRule(name: string, holds: Rule["holds"]): Rule {
  return { name, appliesTo: (object) => isKnativeService(object) || object.kind === "Job", holds };
}

/** Of each rule that passes requests on. */
function routeRule(
  name: string,
  holds: (route: KubeObject, rule: RouteRule, objects: readonly KubeObject[]) => boolean,
): Rule {
  return {
    name,
    appliesTo: ({ kind, spec }) =>
      kind === "HTTPRoute" && (spec?.rules ?? []).some(({ backendRefs }) => backendRefs !== undefined),
    holds: (route, objects) => (route.spec?.rules ?? []).every((rule) => holds(route, rule, objects)),
  };
}

function secretRefsOf(object: KubeObject) {
  const env = containersOf(object).flatMap((container) => container.env ?? []);
  return env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []);
}

function secretsOf(object: KubeObject): string[] {
  return secretRefsOf(object).map(({ name }) => name);
}

function has(objects: readonly KubeObject[], { kind, name }: { kind: string; name: string | undefined }): boolean {
  return objects.some((object) => object.kind === kind && object.metadata.name === name);
}
