import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import postgres from "postgres";
import { parse } from "yaml";
import { readConfig } from "../../shared/config.ts";
import { callArtifact, startArtifact } from "../support/artifact.ts";
import { createDatabase, urlOf } from "../support/postgres.ts";
import { isKnativeService, KNATIVE, type KubeObject, readSources } from "./objects.ts";
import { WEBHOOK_RULES } from "./webhook-rules.ts";

const text = await readFile(join(KNATIVE, "README.md"), "utf8");

test("roles.sql lets the functions' role read and write what the migration made, and change no schema", async () => {
  const url = await createDatabase({ isEmpty: true });
  const database = new URL(url).pathname.slice(1);
  const admin = postgres(url, { max: 1, onnotice: () => {} });
  after(async () => {
    await admin.end();
    // Roles are the whole server's, and outlive the database, which is gone by now.
    const server = postgres(urlOf("postgres"), { max: 1 });
    await server`drop role podcore_migrate, podcore`;
    await server.end();
  });
  await admin.unsafe(`create role podcore login password 'a'; create role podcore_migrate login password 'b'`);
  await admin.unsafe(`alter database ${database} owner to podcore_migrate`);
  await admin.unsafe(await readFile(join(KNATIVE, "roles.sql"), "utf8"));
  const migrateUrl = Object.assign(new URL(url), { username: "podcore_migrate", password: "b" }).href;
  const functionUrl = Object.assign(new URL(url), { username: "podcore", password: "a" }).href;

  const migrated = await callArtifact({ name: "admin-migrate", environment: { DATABASE_URL: migrateUrl } });
  const page = await startArtifact({ name: "web-home-get", environment: { DATABASE_URL: functionUrl } });
  const read = await fetch(page.url);
  const crawled = await callArtifact({ name: "tick-crawl", environment: { DATABASE_URL: functionUrl } });
  const refused = await callArtifact({ name: "admin-migrate", environment: { DATABASE_URL: functionUrl } });
  const [may] =
    await admin`select has_database_privilege('podcore', ${database}, 'temporary') as make_temporary_tables`;
  await page.stop();

  assert.equal(migrated.code, 0, migrated.stderr);
  assert.equal(read.status, 200);
  assert.equal(crawled.code, 0, crawled.stderr);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /permission denied/);
  assert.equal(may?.make_temporary_tables, false);
});

test("web-home-get answers a path that no route names with a page and a 404, whatever the method", async () => {
  const artifact = await startArtifact({
    name: "web-home-get",
    environment: { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" },
  });

  for (const method of ["GET", "HEAD", "POST", "OPTIONS"]) {
    const reply = await fetch(`${artifact.url}/podcastss/1`, { method, headers: { accept: "text/html" } });
    assert.deepEqual([reply.status, reply.headers.get("content-type")], [404, "text/html; charset=utf-8"], method);
  }
  await artifact.stop();
});

test("the runbook's patches are objects, and their traffic sums to 100", async () => {
  const [service] = (await readSources("compact")).filter(isKnativeService);
  assert.ok(service);
  // Shell variables between the quotes stand for a name or a number.
  const patches = [...text.matchAll(/patch ksvc .*--patch '(.+)'$/gm)].map(([, patch = ""]) =>
    JSON.parse(patch.replace(/'\$(\w+)'/g, "$1")),
  );

  assert.ok(patches.length >= 4);
  for (const { spec } of patches) {
    const patched: KubeObject = { ...service, spec: { ...service.spec, ...spec } };
    const broken = WEBHOOK_RULES.filter((rule) => rule.appliesTo(patched) && !rule.holds(patched, [patched]));
    assert.deepEqual(
      broken.map(({ name }) => name),
      [],
      JSON.stringify(spec),
    );
  }
});

test("the hops that are trusted are those of every public Service, and of an ingress that says whom it saw", async () => {
  const config = await readFile(join(KNATIVE, "base/config.env"), "utf8");
  const services = [...(await readSources("compact")), ...(await readSources("per-route"))].filter(isKnativeService);
  const inPath = services
    .filter(({ spec }) => spec?.template?.metadata?.labels?.["podcore/audience"] !== "internal")
    .map(({ spec }) => spec?.template?.metadata?.annotations?.["autoscaling.knative.dev/target-burst-capacity"]);

  // The ingress, its internal side, the activator and queue-proxy: without the activator there would be three.
  assert.match(config, /^PODCORE_TRUSTED_HOPS=4$/m);
  assert.ok(inPath.length > 10);
  assert.deepEqual(new Set(inPath), new Set(["-1"]));
  for (const patch of ['{"spec":{"externalTrafficPolicy":"Local"}}', '{"data":{"use-remote-address":"true"}}']) {
    assert.ok(text.includes(`--patch '${patch}'`), patch);
  }
});

test("the runbook names Secrets, hosts and files that there are", async () => {
  const objects = [...(await readSources("compact")), ...(await readSources("per-route"))];
  const services = objects.filter(isKnativeService).map(({ metadata }) => metadata.name);
  const secrets = objects.flatMap((object) =>
    [...JSON.stringify(object).matchAll(/"secretKeyRef":\{"name":"([^"]+)"/g)].map(([, name]) => name),
  );

  const hosts = [...text.matchAll(/Host: ([a-z-]+)\.podcore\.svc/g)].map(([, name = ""]) => name);
  const files = [...text.matchAll(/(?:base|overlays\/[a-z-]+)\/[a-z-]+\.(?:yaml|env)|\w+\.sql/g)].map(([path]) => path);

  assert.ok(hosts.length >= 4 && files.length >= 4);
  for (const host of hosts) assert.ok(services.includes(host), host);
  for (const secret of new Set(secrets)) assert.ok(text.includes(`create secret generic ${secret} `), secret);
  for (const file of files) await readFile(join(KNATIVE, file));
});

test("the runbook's pod for plain Kubernetes has the probes, and the time that a shutdown takes", () => {
  const [, yaml = ""] = /^```yaml\n(spec:\n\s+terminationGrace[^`]+)```$/m.exec(text) ?? [];
  const { spec } = parse(yaml);
  const { shutdownGraceMs, requestTimeoutMs } = readConfig({});
  const [container] = spec.containers;

  assert.equal(container.readinessProbe.httpGet.path, "/ready");
  assert.equal(container.livenessProbe.httpGet.path, "/health");
  // The 5 s are those of shared/http/server/serve.ts, for the last reply.
  assert.ok(spec.terminationGracePeriodSeconds * 1_000 > shutdownGraceMs + requestTimeoutMs + 5_000);
  assert.equal(container.lifecycle, undefined);
});
