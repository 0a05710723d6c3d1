import type { Audience } from "../../functions/routes.ts";
import type { Size } from "./sizes.ts";

export type ServiceOptions = {
  name: string;
  audience: Audience;
  /** Whether it serves the operator's pages. */
  servesOperator: boolean;
  /** Whether the function connects to hosts on the internet. */
  fetches: boolean;
  size: Size;
};

/** Generates the Knative Service that runs the artifact `name`. */
export function service({ name, audience, servesOperator, fetches, size }: ServiceOptions): string {
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
    # It has no public host. Routes or DomainMappings define what is public.
    networking.knative.dev/visibility: cluster-local
spec:
  template:
    metadata:
      labels:
        app.kubernetes.io/part-of: podcore
        # base/network-policy.yaml selects pods by this label.
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
${database(connections)}${tokens({ audience, servesOperator })}\
            # Without these Secrets no mail is sent and no errors are reported.
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
          # Without a period queue-proxy probes every 50 ms and notices a start immediately. The pod is ready once it has
          # checked that the schema is at least as new as its code. Until then the previous revision serves requests.
          readinessProbe:
            httpGet:
              path: /ready
          livenessProbe:
            httpGet:
              path: /health
            # A function that fails three probes (Kubernetes' default) in half a minute is restarted.
            periodSeconds: 10
            # Reading a large feed can block the only thread.
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

// With so few pods, Knative's default of 200 would keep the activator in the path most of the time, but not always.
const SAME_HOPS = `\
        # The activator is always in the path, so that a request's hops can be counted: PODCORE_TRUSTED_HOPS.
        autoscaling.knative.dev/target-burst-capacity: "-1"
`;

/**
 * Returns the environment entries for a pod's tokens. Pods that serve the public only get the wake token, and for the
 * operator's pages a token of their own.
 */
function tokens({ audience, servesOperator }: Pick<ServiceOptions, "audience" | "servesOperator">): string {
  const wake = token("PODCORE_WAKE_TOKEN", "podcore-wake");
  if (audience === "internal")
    return `\
            # Without this Secret operator functions refuse all calls over HTTP.
${token("PODCORE_OPERATOR_TOKEN", "podcore-operator")}${wake}`;
  const page = `\
            # Without this Secret there are no operator's pages.
${token("PODCORE_OPERATOR_TOKEN", "podcore-operator-page")}`;
  return `            # Wakes the work tick if an OIDC issuer is set.\n${wake}${servesOperator ? page : ""}`;
}

function token(name: string, secret: string): string {
  return `\
            - name: ${name}
              valueFrom:
                secretKeyRef:
                  name: ${secret}
                  key: token
                  optional: true
`;
}
