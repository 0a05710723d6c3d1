import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import test, { after } from "node:test";
import { readConfig } from "../../shared/config.ts";
import { freePort } from "../../shared/dev/free-port.ts";
import { readCloudEvent } from "../../shared/http/server/cloud-event.ts";
import * as workerWaker from "../../shared/jobs/worker-waker.ts";
import { createLog } from "../../shared/log/log.ts";
import { startOrigin } from "../support/origin.ts";

const lines: string[] = [];
const log = createLog({ format: "flat", level: "debug", write: (text) => lines.push(text) });

const wake = (workUrl: string) => workerWaker.run({ config: readConfig({ PODCORE_WORK_URL: workUrl }), log });

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 10));
}

test("run() sends the work tick an event that it takes", async () => {
  const origin = await startOrigin({ "/tick/work": "{}" });
  after(origin.close);

  wake(`${origin.url}/tick/work`);

  await until(() => origin.requests.length > 0);
  const [{ method, path, headers } = { method: "", path: "", headers: {} }] = origin.requests;
  assert.deepEqual([method, path], ["POST", "/tick/work"]);
  assert.deepEqual(readCloudEvent(headers, Buffer.from("{}")).data, {});
});

test("run() does not wait and does not throw, when nobody listens or no URL is set", async () => {
  const port = await freePort();

  wake("");
  wake(`http://127.0.0.1:${port}/tick/work`);

  const numLinesAtOnce = lines.length;
  await until(() => lines.length > 0);
  assert.equal(numLinesAtOnce, 0);
  assert.match(lines.join(""), /WARN Cannot wake the worker, reason: .*ECONNREFUSED/);
});

test("run() speaks TLS where the URL says so", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  after(() => server.close());
  await once(server, "listening");
  // An address of a TCP server is no string.
  const { port } = server.address() as AddressInfo;
  const connected = once(server, "connection");

  wake(`https://127.0.0.1:${port}/tick/work`);

  const [socket]: Socket[] = await connected;
  assert.ok(socket);
  const [bytes]: Buffer[] = await once(socket, "data");
  socket.destroy();
  // RFC 8446 5.1: a handshake.
  assert.equal(bytes?.[0], 22);
});
