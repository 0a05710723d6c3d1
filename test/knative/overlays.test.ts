import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { CONNECTION_BUDGETS } from "../../knative/generator/sizes.ts";
import { breakObject } from "./breaks.ts";
import { HAS_CRDS, readCrdSchemas, schemaKeyOf } from "./crd-schemas.ts";
import { findKustomize, folderOf, render } from "./kustomize.ts";
import { isKnativeService, KNATIVE, type KubeObject, OVERLAYS, readSources, scaleOf } from "./objects.ts";

// What Kubernetes itself brings, and describes in no CRD.
const CORE_KINDS = ["v1/Namespace", "v1/ConfigMap", "batch/v1/Job", "networking.k8s.io/v1/NetworkPolicy"];

const kustomize = await findKustomize();
const skipRendering = kustomize === undefined && "kustomize is not to be had: no KUSTOMIZE, kustomize, kubectl or go";
const skipSchemas = !HAS_CRDS && "../shared/crds is not there: nothing was checked against the CRDs' schemas";
const schemas = HAS_CRDS ? await readCrdSchemas() : undefined;

for (const overlay of OVERLAYS) {
  const objects = kustomize === undefined ? [] : await render(kustomize, folderOf(overlay));

  test(`overlays/${overlay}: every object is as the CRDs' schemas, closed, say`, {
    skip: skipRendering || skipSchemas,
  }, (t) => {
    const complaints = objects.flatMap(complaintsOf);

    const numCore = objects.filter((object) => CORE_KINDS.includes(schemaKeyOf(object))).length;
    t.diagnostic(
      `${objects.length} objects by ${kustomize?.version}: ${objects.length - numCore} by their schemas, ${numCore} of Kubernetes' own kinds`,
    );
    assert.deepEqual(complaints, []);
  });

  test(`overlays/${overlay}: no two objects have the same name`, { skip: skipRendering }, () => {
    const names = objects.map(
      (object) => `${schemaKeyOf(object)} ${object.metadata.namespace}/${object.metadata.name}`,
    );

    assert.equal(new Set(names).size, names.length);
  });

  test(`overlays/${overlay}: max-scale times pool, twice for a rollout, is within the connection budget`, async (t) => {
    const services = (await readSources(overlay)).filter(isKnativeService);

    const numConnections = services
      .map(scaleOf)
      .reduce((sum, { maxScale, connections }) => sum + maxScale * connections * 2, 0);

    t.diagnostic(`${services.length} Services, ${numConnections} connections of ${CONNECTION_BUDGETS[overlay]}`);
    assert.ok(
      numConnections > 0 && numConnections <= CONNECTION_BUDGETS[overlay],
      `${overlay}: ${numConnections} connections of ${CONNECTION_BUDGETS[overlay]}, the sum of maxScale x connections x 2 in knative/generator/sizes.ts. Give the new function a smaller size there and run \`npm run build\`, or raise CONNECTION_BUDGETS there, with max_connections in knative/README.md`,
    );
  });

  test(`overlays/${overlay}: the host in PODCORE_PUBLIC_URL is the only one`, { skip: skipRendering }, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "podcore-knative-"));
    t.after(() => rm(folder, { recursive: true }));
    await cp(KNATIVE, folder, { recursive: true });
    const path = join(folder, "base/config.env");
    await writeFile(
      path,
      (await readFile(path, "utf8")).replace("https://podcore.example.com", "http://casts.example.org"),
    );

    const changed = kustomize === undefined ? [] : await render(kustomize, folderOf(overlay, folder));

    const hosts = changed.flatMap(hostsOf);
    assert.ok(hosts.length >= 2);
    assert.deepEqual(
      [...new Set(hosts)].sort(),
      overlay === "compact" ? ["api.casts.example.org", "casts.example.org"] : ["casts.example.org"],
    );
    assert.doesNotMatch(JSON.stringify(changed), /podcore\.example\.com/);
  });
}

test("the schemas refuse an unknown field, a wrong type and a field left out", { skip: skipSchemas }, async () => {
  const objects = await readSources("compact");
  const on = (object: string, path: string, value?: unknown) =>
    complaintsOf(breakObject(objects, { rule: "", overlay: "compact", object, path, value }));

  assert.match(
    on("Service/web", "/spec/template/spec/containers/0/imagePullPolice", "Always").join(),
    /additional properties/,
  );
  assert.match(on("Service/web", "/spec/template/spec/timeoutSeconds", "60").join(), /integer/);
  assert.match(on("DomainMapping/api", "/spec/ref").join(), /required/);
  assert.match(on("PingSource/tick-crawl", "/spec/retry", 3).join(), /additional properties/);
});

function complaintsOf(object: KubeObject): string[] {
  const key = schemaKeyOf(object);
  const name = `${key} ${object.metadata.name}`;
  if (CORE_KINDS.includes(key)) return [];
  const validate = schemas?.get(key);
  if (validate === undefined) return [`${name}: there is no such kind`];
  if (validate(object)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${name}${instancePath}: ${message}`);
}

function hostsOf({ kind, metadata, spec }: KubeObject): string[] {
  if (kind === "DomainMapping" || kind === "ClusterDomainClaim") return [metadata.name];
  if (kind === "Gateway") return (spec?.listeners ?? []).flatMap(({ hostname }) => hostname ?? []);
  if (kind !== "HTTPRoute") return [];
  const modified = (spec?.rules ?? [])
    .flatMap(({ filters = [] }) => filters)
    .flatMap(({ requestHeaderModifier }) => requestHeaderModifier?.set ?? []);
  return [...(spec?.hostnames ?? []), ...modified.map(({ value }) => value)];
}
