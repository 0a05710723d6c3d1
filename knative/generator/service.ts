import type { Audience } from "../../functions/routes.ts";
import type { Size } from "./sizes.ts";

export type ServiceOptions = {
  name: string;
  audience: Audience;
  /** It asks hosts of the internet. */
  fetches: boolean;
  size: Size;
};

/** Writes the Knative Service that runs the artifact `name`. */
export function service({ name, audience, fetches, size }: ServiceOptions): string {
  const {
    minScale,
    maxScale,
    connections,
    concurrency,
    window,
    timeoutSeconds,
    cpuRequest,
    memoryRequest,
    memoryLimit,
  } = size;
  return `apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: ${name}
  namespace: podcore
  labels:
    app.kubernetes.io/part-of: podcore
    # It has no host of its own outside the cluster: what is public is said by routes or DomainMappings.
    networking.knative.dev/visibility: cluster-local
spec:
  template:
    metadata:
      labels:
        app.kubernetes.io/part-of: podcore
        # base/network-policy.yaml goes by it.
        podcore/audience: ${audience}
${fetches ? '        podcore/fetches: "true"\n' : ""}\
      annotations:
        # ${minScale[1]}.
        autoscaling.knative.dev/min-scale: "${minScale[0]}"
        # ${maxScale[1]}.
        autoscaling.knative.dev/max-scale: "${maxScale[0]}"
${audience === "internal" ? "" : SAME_HOPS}\
${window ? `        # ${window[1]}.\n        autoscaling.knative.dev/window: "${window[0]}"\n` : ""}\
    spec:
      # ${timeoutSeconds[1]}.
      timeoutSeconds: ${timeoutSeconds[0]}
${concurrency ? `      # ${concurrency[1]}.\n      containerConcurrency: ${concurrency[0]}\n` : ""}\
      automountServiceAccountToken: false
      enableServiceLinks: false
      containers:
        - image: podcore
          args: ["dist/${name}.cjs"]
          envFrom:
            - configMapRef:
                name: podcore-config
          env:
${database(connections)}${tokens(audience)}\
            # Without these Secrets no mail is sent, and no error is reported.
            - name: SMTP_URL
              valueFrom:
                secretKeyRef:
                  name: podcore-smtp
                  key: url
                  optional: true
            - name: SENTRY_DSN
              valueFrom:
                secretKeyRef:
                  name: podcore-sentry
                  key: dsn
                  optional: true
          resources:
            requests:
              # ${cpuRequest[1]}.
              cpu: ${cpuRequest[0]}
              # ${memoryRequest[1]}.
              memory: ${memoryRequest[0]}
            limits:
              # ${memoryLimit[1]}.
              memory: ${memoryLimit[0]}
          # Without a period queue-proxy asks every 50 ms, so that a start is noticed at once. It is ready once it has
          # seen that the schema is as new as its code: until then the revision before it goes on serving.
          readinessProbe:
            httpGet:
              path: /ready
          livenessProbe:
            httpGet:
              path: /health
            # A function that answers nothing for half a minute (three times, Kubernetes' default) is started anew.
            periodSeconds: 10
            # Reading a large feed keeps the only thread busy.
            timeoutSeconds: 5
          securityContext:
            runAsNonRoot: true
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop: ["ALL"]
            seccompProfile:
              type: RuntimeDefault
`;
}

function database([connections, why]: Size["connections"]): string {
  if (connections === 0) return "";
  return `\
            - name: DATABASE_URL
              valueFrom:
                secretKeyRef:
                  name: podcore-database
                  key: url
            # ${why}.
            - name: DATABASE_CONNECTIONS
              value: "${connections}"
`;
}

// With so few pods Knative's default of 200 leaves the activator in the path nearly always.
const SAME_HOPS = `\
        # The activator is always in the path, so that a request's hops can be counted: PODCORE_TRUSTED_HOPS.
        autoscaling.knative.dev/target-burst-capacity: "-1"
`;

/** Pods that serve the public get no token but the one that wakes the work tick. */
function tokens(audience: Audience): string {
  const wake = `\
            - name: PODCORE_WAKE_TOKEN
              valueFrom:
                secretKeyRef:
                  name: podcore-wake
                  key: token
                  optional: true
`;
  if (audience !== "internal")
    return `            # The work tick is woken with it, where an OIDC issuer is set.\n${wake}`;
  return `\
            # Without this Secret operators' functions refuse all calls over HTTP.
            - name: PODCORE_OPERATOR_TOKEN
              valueFrom:
                secretKeyRef:
                  name: podcore-operator
                  key: token
                  optional: true
${wake}`;
}
