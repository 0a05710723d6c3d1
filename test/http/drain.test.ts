import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import test from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { type Artifact, startArtifact } from "../support/artifact.ts";
import { createDatabase } from "../support/postgres.ts";

const DATABASE_URL = await createDatabase();
// Long enough for a busy machine to send what a test sends within it.
const GRACE_MS = 1_500;
const PAGE = "GET /podcasts/1 HTTP/1.1\r\nHost: x\r\n\r\n";

function start(environment: Record<string, string> = {}): Promise<Artifact> {
  const graced = { DATABASE_URL, PODCORE_SHUTDOWN_GRACE_MS: String(GRACE_MS), ...environment };
  return startArtifact({ name: "web-podcast-get", environment: graced });
}

/** A connection whose client sends bytes as they are, and what it received until it was closed. */
async function open({ url }: Artifact) {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk;
  });
  // A reset shows in what was received.
  socket.on("error", () => {});
  const closed = once(socket, "close").then(() => text);
  await once(socket, "connect");
  return { socket, closed, received: () => text };
}

async function ask(socket: Socket): Promise<void> {
  socket.write(PAGE);
  await once(socket, "data");
}

async function untilLogged({ output }: Artifact, text: string): Promise<void> {
  for (let i = 0; i < 1_000 && !output().includes(text); i += 1) await pause(10);
  assert.ok(output().includes(text), output());
}

test("SIGTERM leaves a process serving for the grace period, not ready and closing each connection", async () => {
  const artifact = await start();
  const exit = artifact.stop();
  await untilLogged(artifact, "Draining, reason: SIGTERM");

  const [ready, health, page] = await Promise.all(
    ["/ready", "/health", "/podcasts/1"].map((path) => fetch(artifact.url + path)),
  );

  assert.deepEqual([ready?.status, health?.status, page?.status], [503, 200, 404]);
  assert.match((await ready?.text()) ?? "", /^{"status":"draining",/);
  assert.equal(page?.headers.get("connection"), "close");
  assert.equal(await exit, 0);
});

test("a request that is half read when the grace period ends is answered", async () => {
  const artifact = await start();
  const { socket, closed } = await open(artifact);
  await ask(socket);
  const exit = artifact.stop();
  socket.write(PAGE.slice(0, 20));
  await pause(GRACE_MS + 500);

  socket.write(PAGE.slice(20));

  assert.equal((await closed).match(/HTTP\/1\.1 404 /g)?.length, 2);
  assert.equal(await exit, 0);
});

test("a connection whose first request comes only as the grace period ends is answered", async () => {
  const artifact = await start();
  const { socket, closed } = await open(artifact);
  const exit = artifact.stop();
  await pause(GRACE_MS + 500);

  socket.write(PAGE);

  assert.match(await closed, /^HTTP\/1\.1 404 .*\r\nconnection: close\r\n/is);
  assert.equal(await exit, 0);
});

test("connections that the process has not yet accepted when the drain begins are answered", async () => {
  const artifact = await start({ PODCORE_SHUTDOWN_GRACE_MS: "0" });
  // A process that is stopped accepts nothing: the kernel does, into the backlog.
  artifact.child.kill("SIGSTOP");
  const connections = await Promise.all(Array.from({ length: 100 }, () => open(artifact)));
  for (const { socket } of connections) socket.write(PAGE);
  const exit = artifact.stop();
  await pause(500);

  artifact.child.kill("SIGCONT");

  const replies = await Promise.all(connections.map(({ closed }) => closed));
  assert.deepEqual(
    replies.filter((reply) => !reply.startsWith("HTTP/1.1 404 ")),
    [],
  );
  assert.equal(await exit, 0);
});

test("idle and silent connections do not hold a process beyond its grace period", async () => {
  const artifact = await start({ PODCORE_SHUTDOWN_GRACE_MS: "0" });
  const [idle, silent] = await Promise.all([open(artifact), open(artifact)]);
  await ask(idle.socket);
  const startedAt = performance.now();

  const code = await artifact.stop();

  assert.equal(code, 0);
  assert.equal(await silent.closed, "");
  // A silent one gets 2 s; keep-alive would be 95 s.
  assert.ok(performance.now() - startedAt < 20_000);
});

test("K_SERVICE, which Knative sets, takes the grace period away, and a second signal ends the process at once", async () => {
  const onKnative = await start({ K_SERVICE: "web-podcast-get", PODCORE_SHUTDOWN_GRACE_MS: "" });
  const elsewhere = await start({ PODCORE_SHUTDOWN_GRACE_MS: "300000" });

  const code = await onKnative.stop();
  const exit = elsewhere.stop();
  await untilLogged(elsewhere, "Draining");
  elsewhere.child.kill("SIGTERM");

  assert.deepEqual([code, await exit], [0, 1]);
  assert.match(onKnative.output(), /Draining, reason: SIGTERM, grace: 100\.000ms/);
});
