import { containersOf, isKnativeService, type KubeObject } from "./objects.ts";

/** Something that must hold of an object. `objects` are all that are applied with it. */
export type Rule = {
  name: string;
  appliesTo(object: KubeObject): boolean;
  holds(object: KubeObject, objects: readonly KubeObject[]): boolean;
  /** It takes what kustomize makes of the files: names and references are put in there. */
  needsRendered?: boolean;
};

// What serving's webhook takes in a pod without a feature flag (fieldmask.go), and a revision's own fields.
const POD_FIELDS = [
  "automountServiceAccountToken",
  "containerConcurrency",
  "containers",
  "enableServiceLinks",
  "idleTimeoutSeconds",
  "imagePullSecrets",
  "responseStartTimeoutSeconds",
  "serviceAccountName",
  "timeoutSeconds",
  "volumes",
];
const FORBIDDEN_CONTAINER_FIELDS = [
  "lifecycle",
  "stdin",
  "stdinOnce",
  "tty",
  "volumeDevices",
  "terminationGracePeriodSeconds",
];
const RESERVED_ENV = ["PORT", "K_SERVICE", "K_CONFIGURATION", "K_REVISION"];
// queue-proxy's own, and its profiler's.
const RESERVED_PORTS = [8008, 8012, 8013, 8022, 9090, 9091];

const SCALE = "autoscaling.knative.dev/";

/** What Knative's webhooks refuse and its schemas do not. */
export const WEBHOOK_RULES: readonly Rule[] = [
  serviceRule("scale annotations are on the template", (service) =>
    Object.keys(service.metadata.annotations ?? {}).every((key) => !key.startsWith(SCALE)),
  ),
  serviceRule("annotations are texts", (service) =>
    [...Object.values(service.metadata.annotations ?? {}), ...Object.values(templateAnnotations(service))].every(
      (value) => typeof value === "string",
    ),
  ),
  serviceRule("scale bounds are whole numbers", (service) =>
    ["min-scale", "max-scale"].every((key) => /^\d+$/.test(String(templateAnnotations(service)[SCALE + key] ?? "0"))),
  ),
  serviceRule("max-scale is not below min-scale", (service) => {
    const { [`${SCALE}min-scale`]: min = "0", [`${SCALE}max-scale`]: max = "0" } = templateAnnotations(service);
    return Number(max) === 0 || !(Number(max) < Number(min));
  }),
  serviceRule("initial-scale is not 0", (service) => templateAnnotations(service)[`${SCALE}initial-scale`] !== "0"),
  serviceRule("window is from 6s to 1h, in whole seconds", (service) => {
    const window = templateAnnotations(service)[`${SCALE}window`] ?? "60s";
    const seconds = Number(/^(\d+)s$/.exec(String(window))?.[1]);
    return seconds >= 6 && seconds <= 3_600;
  }),
  serviceRule("timeoutSeconds is at most 600", (service) => (podOf(service)?.timeoutSeconds ?? 300) <= 600),
  serviceRule("a pod has only fields that need no feature flag", (service) => {
    const pod = podOf(service) ?? { containers: [] };
    return pod.automountServiceAccountToken !== true && Object.keys(pod).every((field) => POD_FIELDS.includes(field));
  }),
  serviceRule("a container has only fields that a revision may set", (service) =>
    containersOf(service).every((container) => FORBIDDEN_CONTAINER_FIELDS.every((field) => !(field in container))),
  ),
  serviceRule("env comes from values, Secrets and ConfigMaps", (service) =>
    envOf(service).every(({ valueFrom = {} }) =>
      Object.keys(valueFrom).every((key) => /^(secret|configMap)KeyRef$/.test(key)),
    ),
  ),
  serviceRule("env names are not Knative's", (service) =>
    envOf(service).every(({ name }) => !RESERVED_ENV.includes(name)),
  ),
  serviceRule("a port is named h2c or http1", (service) =>
    portsOf(service).every(({ name = "" }) => ["", "h2c", "http1"].includes(name)),
  ),
  serviceRule("a port is none of queue-proxy's", (service) =>
    portsOf(service).every(({ containerPort = 8080 }) => !RESERVED_PORTS.includes(containerPort)),
  ),
  serviceRule("a readiness probe without a period has no timeout and no threshold", (service) =>
    containersOf(service).every(
      ({ readinessProbe: { periodSeconds = 0, timeoutSeconds = 0, failureThreshold = 0 } = {} }) =>
        periodSeconds === 0 ? timeoutSeconds === 0 && failureThreshold === 0 : true,
    ),
  ),
  serviceRule("traffic sums to 100", ({ spec }) => {
    const { traffic } = spec ?? {};
    return traffic === undefined || traffic.reduce((sum, { percent = 0 }) => sum + percent, 0) === 100;
  }),
  pingRule("a schedule has five fields of cron", ({ spec }) => {
    const fields = (spec?.schedule ?? "").split(" ");
    return fields.length === 5 && fields.every((field) => /^(\*|[\d,-]+)(\/\d+)?$/.test(field));
  }),
  pingRule("a time zone is one", ({ spec }) => isTimeZone(spec?.timezone ?? "UTC")),
  pingRule(
    "JSON data is an object",
    ({ spec }) => spec?.contentType !== "application/json" || isJsonObject(spec.data ?? "{}"),
  ),
  pingRule("a sink is given", ({ spec }) => spec?.sink?.ref !== undefined || URL.canParse(spec?.sink?.uri ?? "")),
  {
    name: "a DomainMapping is a full host name outside the cluster",
    appliesTo: ({ kind }) => kind === "DomainMapping",
    holds: ({ metadata: { name } }) => /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(name) && !name.endsWith(".cluster.local"),
    needsRendered: true,
  },
];

function serviceRule(name: string, holds: Rule["holds"]): Rule {
  return { name, appliesTo: isKnativeService, holds };
}

function pingRule(name: string, holds: Rule["holds"]): Rule {
  return { name, appliesTo: ({ kind }) => kind === "PingSource", holds };
}

function podOf(service: KubeObject) {
  return service.spec?.template?.spec;
}

function templateAnnotations(service: KubeObject): Record<string, unknown> {
  return service.spec?.template?.metadata?.annotations ?? {};
}

function envOf(service: KubeObject) {
  return containersOf(service).flatMap(({ env = [] }) => env);
}

function portsOf(service: KubeObject) {
  return containersOf(service).flatMap(({ ports = [] }) => ports);
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
