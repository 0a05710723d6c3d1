import type { KubeObject, Overlay } from "./objects.ts";

/** One edit of a good manifest that breaks one rule. `path` is a JSON pointer (RFC 6901); no value takes away what is there. */
export type Break = { rule: string; overlay: Overlay; object: string; path: string; value?: unknown };

const ANNOTATIONS = "/spec/template/metadata/annotations";
const MIN_SCALE = `${ANNOTATIONS}/autoscaling.knative.dev~1min-scale`;
const MAX_SCALE = `${ANNOTATIONS}/autoscaling.knative.dev~1max-scale`;
const WINDOW = `${ANNOTATIONS}/autoscaling.knative.dev~1window`;
const POD = "/spec/template/spec";
const CONTAINER = `${POD}/containers/0`;
const RULE = "/spec/rules/0";

const OTHER_DIGEST = `registry.example.com/podcore:latest`;
const FIELD_REF = { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } };

/** What Knative's webhooks refuse. */
export const WEBHOOK_BREAKS: readonly Break[] = [
  ...onService("scale annotations are on the template", [
    ["/metadata/annotations", { "autoscaling.knative.dev/max-scale": "3" }],
  ]),
  ...onService("annotations are texts", [[MIN_SCALE, 1]]),
  ...onService("scale bounds are whole numbers", [[MAX_SCALE, "1.5"]]),
  ...onService("max-scale is not below min-scale", [[MIN_SCALE, "9"]]),
  ...onService("initial-scale is not 0", [[`${ANNOTATIONS}/autoscaling.knative.dev~1initial-scale`, "0"]]),
  ...onService("window is from 6s to 1h, in whole seconds", [
    [WINDOW, "5s"],
    [WINDOW, "3601s"],
    [WINDOW, "soon"],
  ]),
  ...onService("timeoutSeconds is at most 600", [[`${POD}/timeoutSeconds`, 601]]),
  ...onService("a pod has only fields that need no feature flag", [
    [`${POD}/automountServiceAccountToken`, true],
    [`${POD}/securityContext`, { runAsNonRoot: true }],
    [`${POD}/initContainers`, [{ name: "first", image: "podcore" }]],
    [`${POD}/nodeSelector`, { disk: "fast" }],
    [`${POD}/terminationGracePeriodSeconds`, 90],
  ]),
  ...onService("a container has only fields that a revision may set", [
    [`${CONTAINER}/lifecycle`, { preStop: { exec: { command: ["sleep", "5"] } } }],
  ]),
  ...onService("env comes from values, Secrets and ConfigMaps", [[`${CONTAINER}/env/1`, FIELD_REF]]),
  ...onService("env names are not Knative's", [[`${CONTAINER}/env/2`, { name: "K_SERVICE", value: "web" }]]),
  ...onService("a port is named h2c or http1", [[`${CONTAINER}/ports`, [{ name: "web", containerPort: 8080 }]]]),
  ...onService("a port is none of queue-proxy's", [[`${CONTAINER}/ports`, [{ containerPort: 8012 }]]]),
  ...onService("a readiness probe without a period has no timeout and no threshold", [
    [`${CONTAINER}/readinessProbe/timeoutSeconds`, 1],
    [`${CONTAINER}/readinessProbe/failureThreshold`, 3],
  ]),
  ...onService("traffic sums to 100", [
    [
      "/spec/traffic",
      [
        { revisionName: "web-00001", percent: 90 },
        { latestRevision: true, percent: 5, tag: "canary" },
      ],
    ],
  ]),
  ...onPing("a schedule has five fields of cron", [
    ["/spec/schedule", "@every 5m"],
    ["/spec/schedule", "0 25 * *"],
  ]),
  ...onPing("a time zone is one", [["/spec/timezone", "Mars/Olympus"]]),
  ...onPing("JSON data is an object", [
    ["/spec/data", "[]"],
    ["/spec/data", "{"],
  ]),
  ...onPing("a sink is given", [["/spec/sink", {}]]),
  ...on(
    { overlay: "compact", object: "DomainMapping/podcore.example.com" },
    "a DomainMapping is a full host name outside the cluster",
    [
      ["/metadata/name", "podcore"],
      ["/metadata/name", "web.podcore.svc.cluster.local"],
    ],
  ),
];

/** What Knative takes, and podcore is not to be run with. */
export const HOUSE_BREAKS: readonly Break[] = [
  ...onService("scale bounds are set", [
    [MAX_SCALE, undefined],
    [MIN_SCALE, undefined],
    [`${CONTAINER}/env/1`, undefined],
  ]),
  ...onService("a Service is cluster-local", [["/metadata/labels/networking.knative.dev~1visibility", undefined]]),
  ...onService("timeoutSeconds is at least 60 and beyond the function's own end", [
    [`${POD}/timeoutSeconds`, 59],
    [`${POD}/timeoutSeconds`, undefined],
  ]),
  ...on(
    { overlay: "compact", object: "Service/internal" },
    "timeoutSeconds is at least 60 and beyond the function's own end",
    [[`${POD}/timeoutSeconds`, 275]],
  ),
  ...onService("readiness is asked at /ready, liveness at /health", [
    [`${CONTAINER}/livenessProbe`, undefined],
    // It would start every pod anew that waits for a migration.
    [`${CONTAINER}/livenessProbe/httpGet/path`, "/ready"],
    [`${CONTAINER}/readinessProbe/httpGet/path`, "/health"],
  ]),
  ...onService("the security context is written out", [
    [`${CONTAINER}/securityContext/runAsNonRoot`, undefined],
    [`${CONTAINER}/securityContext/readOnlyRootFilesystem`, false],
    [`${CONTAINER}/securityContext/allowPrivilegeEscalation`, undefined],
    [`${CONTAINER}/securityContext/capabilities`, undefined],
    [`${CONTAINER}/securityContext/seccompProfile`, undefined],
  ]),
  ...onJob("the security context is written out", [[`${POD}/securityContext`, undefined]]),
  ...onService("CPU and memory are requested, memory is limited and CPU is not", [
    [`${CONTAINER}/resources/limits/cpu`, "500m"],
    [`${CONTAINER}/resources/limits`, undefined],
    [`${CONTAINER}/resources/requests/cpu`, undefined],
  ]),
  ...onService("secrets come by reference", [[`${CONTAINER}/env/2`, { name: "SMTP_PASSWORD", value: "hunter2" }]]),
  ...onService("a pod starts without the Secrets that one may do without, and never without the others", [
    [`${CONTAINER}/env/2/valueFrom/secretKeyRef/optional`, undefined],
    [`${CONTAINER}/env/0/valueFrom/secretKeyRef/optional`, true],
  ]),
  ...onService("args name an artifact", [[`${CONTAINER}/args`, ["dist/website.cjs"]]]),
  ...onService("images are named by digest", [[`${CONTAINER}/image`, OTHER_DIGEST]]),
  ...onService("settings come from a ConfigMap that is applied too", [
    [`${CONTAINER}/envFrom/0/configMapRef/name`, "podcore-config"],
  ]),
  ...on({ overlay: "compact", object: "ConfigMap/podcore-config" }, "a ConfigMap holds settings that there are", [
    ["/data/PODCORE_LOGS", "json"],
  ]),
  ...on({ overlay: "compact", object: "ConfigMap/podcore-config" }, "jobs are woken at the work tick's own Service", [
    ["/data/PODCORE_WORK_URL", undefined],
    ["/data/PODCORE_WORK_URL", "http://tick-work.podcore.svc.cluster.local/tick/work"],
    ["/data/PODCORE_WORK_URL", "http://internal.podcore.svc.cluster.local/tick/crawl"],
  ]),
  ...onJob("a Job tries once, under a role that no Service has", [
    ["/spec/backoffLimit", 3],
    [`${CONTAINER}/env/0/valueFrom/secretKeyRef/name`, "podcore-database"],
  ]),
  ...onService("a Service has the role that may not change the schema", [
    [`${CONTAINER}/env/0/valueFrom/secretKeyRef/name`, "podcore-database-migrate"],
  ]),
  ...onService(
    "the operator's token is the internal Services' alone, that of its pages theirs, and each has all others",
    [
      [`${CONTAINER}/env/2/valueFrom/secretKeyRef/name`, "podcore-operator"],
      [`${CONTAINER}/env/2`, undefined],
      [`${CONTAINER}/env/2/valueFrom/secretKeyRef/name`, "podcore-operator-page"],
    ],
  ),
  ...onPing("a tick asks for a token of the audience that functions take", [
    ["/spec/sink/audience", undefined],
    ["/spec/sink/audience", "other"],
  ]),
  ...onPing("what has a namespace names it", [["/metadata/namespace", undefined]]),
  ...onPing("a tick comes every 5 minutes", [["/spec/schedule", "* * * * *"]]),
  ...onPing("a tick goes to a Service that is applied too, and that is gone between ticks", [
    ["/spec/sink/ref/name", "tick-crawl"],
    ["/spec/sink/ref/name", "web"],
    ["/spec/sink/uri", "/tick"],
  ]),
  ...onService("who asks hosts of the internet, and nobody else, says so", [
    ["/spec/template/metadata/labels/podcore~1fetches", undefined],
  ]),
  ...on(
    { overlay: "per-route", object: "Service/web-home-get" },
    "who asks hosts of the internet, and nobody else, says so",
    [["/spec/template/metadata/labels/podcore~1fetches", "true"]],
  ),
  ...on({ overlay: "compact", object: "NetworkPolicy/to-feeds" }, "feeds are asked for by who says so alone", [
    ["/spec/podSelector", {}],
    ["/spec/podSelector/matchLabels", { "podcore/audience": "web" }],
  ]),
  ...on(
    { overlay: "compact", object: "DomainMapping/podcore.example.com" },
    "a DomainMapping leads to a Service, and the cluster grants its host",
    [
      ["/spec/ref/name", "site"],
      ["/metadata/name", "other.example.com"],
    ],
  ),
  ...onRoute("a route goes to Knative's ingress, never to a function's own Kubernetes Service", [
    [`${RULE}/backendRefs/0/port`, 8080],
  ]),
  ...onRoute("a route puts a function's host for Host", [
    [`${RULE}/filters/0/urlRewrite/hostname`, "web-start-get.podcore.svc.cluster.local"],
  ]),
  ...onRoute("a route sets K-Original-Host to its own host", [
    [`${RULE}/filters/1/requestHeaderModifier/set/0/value`, "web-home-get"],
    ["/spec/hostnames/0", "other.example.com"],
  ]),
  ...onRoute("a route has at most 16 rules of at most 64 matches", [
    [`${RULE}/matches`, Array.from({ length: 65 }, (_, i) => ({ path: { type: "Exact", value: `/${i}` } }))],
  ]),
  ...on({ overlay: "per-route", object: "HTTPRoute/podcore" }, "a route into another namespace is granted there", [
    ["/metadata/namespace", "elsewhere"],
  ]),
];

type Edit = [path: string, value: unknown];
function on(target: Pick<Break, "overlay" | "object">, rule: string, edits: readonly Edit[]): Break[] {
  return edits.map(([path, value]) => ({ ...target, rule, path, value }));
}
function onService(rule: string, edits: readonly Edit[]): Break[] {
  return on({ overlay: "compact", object: "Service/web" }, rule, edits);
}
function onJob(rule: string, edits: readonly Edit[]): Break[] {
  return on({ overlay: "compact", object: "Job/migrate" }, rule, edits);
}
function onPing(rule: string, edits: readonly Edit[]): Break[] {
  return on({ overlay: "compact", object: "PingSource/tick-crawl" }, rule, edits);
}
function onRoute(rule: string, edits: readonly Edit[]): Break[] {
  return on({ overlay: "per-route", object: "HTTPRoute/podcore" }, rule, edits);
}

/** Makes the broken manifest, and leaves the good ones as they are. @throws Error where there is nothing to break */
export function breakObject(objects: readonly KubeObject[], { object, path, value }: Break): KubeObject {
  // A generated ConfigMap's name ends in a hash.
  const good = objects.find(
    ({ kind, metadata }) => `${kind}/${metadata.name}`.replace(/(?<=^ConfigMap.*)-\w{10}$/, "") === object,
  );
  if (good === undefined) throw new Error(`Cannot break "${object}": there is none`);
  const broken = structuredClone(good);
  const keys = path
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/"));
  const last = keys.pop() ?? "";
  let parent: Record<string, unknown> = broken;
  for (const key of keys) {
    // The last step of a path may make what is not there, no other.
    if (typeof parent[key] !== "object" || parent[key] === null)
      throw new Error(`Cannot break "${object}" at "${path}"`);
    parent = parent[key] as Record<string, unknown>;
  }
  if (value !== undefined) parent[last] = value;
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete parent[last];
  return broken;
}
