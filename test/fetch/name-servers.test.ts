import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { mock, type TestContext, test } from "node:test";
import { askNameServers } from "../../shared/fetch/resolve-host.ts";

const A = 1;
const { signal } = new AbortController();

test("askNameServers() gives A and then AAAA records, at most four of each", async (t) => {
  await startNameServer(t, (type) => (type === A ? Array(9).fill("5db8d822") : ["20010db8000000000000000000000001"]));

  const addresses = await askNameServers("example.com", { timeoutMs: 4000, signal });

  assert.deepEqual(addresses, [
    ...Array(4).fill({ address: "93.184.216.34", family: 4 }),
    { address: "2001:db8::1", family: 6 },
  ]);
});

test("askNameServers() asks for the name as it is, without search domains", async (t) => {
  const names = await startNameServer(t, () => []);

  const addresses = askNameServers("web.example.com", { timeoutMs: 4000, signal });

  await assert.rejects(addresses, { code: "ENODATA" });
  assert.deepEqual([...new Set(names)], ["web.example.com"]);
});

test("askNameServers() takes one family's answer when the other's never comes", async (t) => {
  await startNameServer(t, (type) => (type === A ? ["5db8d822"] : undefined));

  const addresses = await askNameServers("example.com", { timeoutMs: 400, signal });

  assert.deepEqual(addresses, [{ address: "93.184.216.34", family: 4 }]);
});

test("fetch 45: askNameServers() gives up on name servers that never answer", async (t) => {
  await startNameServer(t, () => undefined);

  await assert.rejects(askNameServers("example.com", { timeoutMs: 400, signal }), { code: /ETIMEOUT|ECANCELLED/ });
});

test("fetch 45: askNameServers() stops when the fetch does", async (t) => {
  await startNameServer(t, () => undefined);
  const controller = new AbortController();

  const addresses = askNameServers("example.com", { timeoutMs: 60_000, signal: controller.signal });
  controller.abort();

  await assert.rejects(addresses, { code: "ECANCELLED" });
});

/** Starts a name server that answers with records in hex, or not at all, and makes resolvers ask it. */
async function startNameServer(t: TestContext, answer: (type: number) => string[] | undefined): Promise<string[]> {
  const names: string[] = [];
  const socket = createSocket("udp4", (query, peer) => {
    const question = query.subarray(12, query.indexOf(0, 12) + 5);
    const type = question.readUInt16BE(question.length - 4);
    names.push(readName(question));
    const records = answer(type);
    if (records === undefined) return;
    const header = Buffer.from([query[0] ?? 0, query[1] ?? 0, 0x81, 0x80, 0, 1, 0, records.length, 0, 0, 0, 0]);
    const answers = records.map((hex) => {
      const data = Buffer.from(hex, "hex");
      return Buffer.concat([Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length]), data]);
    });
    socket.send(Buffer.concat([header, question, ...answers]), peer.port, peer.address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  t.after(() => socket.close());

  // Of the overloads, the one without options.
  const resolve4 = Resolver.prototype.resolve4 as (this: Resolver, host: string) => Promise<string[]>;
  const mocked = mock.method(Resolver.prototype, "resolve4", function (this: Resolver, host: string) {
    this.setServers([`127.0.0.1:${socket.address().port}`]);
    return resolve4.call(this, host);
  });
  t.after(() => mocked.mock.restore());
  return names;
}

/** RFC 1035 3.1: labels, each after its length. */
function readName(question: Buffer): string {
  const labels: string[] = [];
  for (let at = 0; (question[at] ?? 0) > 0; at += 1 + (question[at] ?? 0)) {
    labels.push(question.toString("latin1", at + 1, at + 1 + (question[at] ?? 0)));
  }
  return labels.join(".").toLowerCase();
}
