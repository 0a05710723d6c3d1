import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import test, { after } from "node:test";
import { readConfig } from "../../shared/config.ts";
import { createGateway } from "../../shared/dev/gateway.ts";
import { startArtifact } from "../support/artifact.ts";

let seen: IncomingHttpHeaders = {};
const port = await listen(
  createServer((incoming, response) => {
    seen = incoming.headers;
    response.end("passed");
  }),
);

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => server.close());
  // A server that listens on TCP has an AddressInfo.
  return (server.address() as AddressInfo).port;
}

function startGateway(environment: Record<string, string>): Promise<number> {
  const upstreams = { web: port, api: port, internal: port };
  return listen(createGateway(() => upstreams, readConfig(environment)));
}

type Answer = { status: number | undefined; text: string };
function get(gateway: number, headers: Record<string, string>, path = "/"): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", port: gateway, headers, path }, async (reply) => {
      resolve({ status: reply.statusCode, text: Buffer.concat(await reply.toArray()).toString() });
    });
    outgoing.on("error", reject).end();
  });
}

const OWN = ["localhost:8080", "LOCALHOST", "127.0.0.1:8080", "127.0.0.2", "[::1]:8080", "casts.example.org"];
const LOCAL = [
  "192.168.1.7:8080",
  "[fd00::1]",
  "podbox",
  "podbox.local",
  "podbox.lan",
  "a.podbox.home",
  "podbox.home.arpa",
];
const STRANGE = [
  "evil.example",
  "localhost.evil.example",
  "podbox.lan.evil.example",
  "127.0.0.1.evil.example",
  "evil.example.:80",
];

for (const { what, environment, hosts } of [
  { what: "on loopback", environment: {}, hosts: OWN },
  { what: "on the address that HOST names", environment: { HOST: "0.0.0.0" }, hosts: [...OWN, ...LOCAL] },
  {
    what: "on loopback",
    environment: { PODCORE_HOSTS: "podbox.lan, Evil.example" },
    hosts: [...OWN, "podbox.lan", "evil.example", "evil.example.:80"],
  },
]) {
  test(`createGateway() answers to its own names and no others ${what}, given ${JSON.stringify(environment)}`, async () => {
    const gateway = await startGateway({
      HOST: "127.0.0.1",
      PODCORE_PUBLIC_URL: "http://casts.example.org",
      ...environment,
    });
    const all = [...OWN, ...LOCAL, ...STRANGE];

    const answers = await Promise.all(all.map((host) => get(gateway, { host })));
    const graphiql = await get(gateway, { host: "other.example" }, "/graphiql");

    const answered = all.filter((_, i) => answers[i]?.status === 200);
    assert.deepEqual(
      answered,
      all.filter((host) => hosts.includes(host)),
    );
    for (const { status, text } of answers) {
      if (status !== 200) {
        assert.equal(status, 421);
        assert.match(text, /^Cannot answer for the host ".*": if it is podcore's, add it to PODCORE_HOSTS\n$/);
      }
    }
    assert.equal(graphiql.status, 421);
  });
}

test("createGateway() replaces what a visitor says of its address", async () => {
  const gateway = await startGateway({});

  await get(gateway, { host: "localhost", "x-forwarded-for": "203.0.113.7, 10.0.0.1" });

  assert.equal(seen["x-forwarded-for"], "127.0.0.1");
  assert.equal(seen["x-forwarded-proto"], "http");
});

test("an artifact with the gateway's token answers to who passed the gateway, and else to probes alone", async () => {
  const token = "gateway-token-of-more-than-32-characters";
  const web = await startArtifact({ name: "web", environment: { PODCORE_GATEWAY_TOKEN: token } });
  const webPort = Number(new URL(web.url).port);
  const config = readConfig({ PODCORE_GATEWAY_TOKEN: token });
  const gateway = await listen(createGateway(() => ({ web: webPort, api: webPort, internal: undefined }), config));
  const ask = (path: string, headers: Record<string, string> = {}) =>
    fetch(web.url + path, { headers, redirect: "manual" }).then(({ status }) => status);

  const refused = await Promise.all([
    ask("/robots.txt"),
    ask("/graphql?query=%7B__typename%7D"),
    ask("/nowhere"),
    ask("/robots.txt", { "x-podcore-gateway": token.replace("g", "h") }),
    get(webPort, { host: "evil.example" }, "/robots.txt").then(({ status }) => status),
  ]);
  const probes = await Promise.all([ask("/health"), ask("/ready")]);
  const passed = await get(gateway, { host: "localhost", "x-podcore-gateway": "a visitor's" }, "/robots.txt");

  assert.deepEqual(refused, Array(5).fill(421));
  assert.deepEqual(probes, [200, 503]);
  assert.equal(passed.status, 200);
});

test("createGateway() answers before there is anything to answer, with a page that asks again by itself", async () => {
  const starting = createGateway(() => undefined, readConfig({}), { stage: () => "Building" });
  const url = `http://127.0.0.1:${await listen(starting)}/`;

  const page = await fetch(url, { headers: { accept: "text/html,*/*;q=0.8" } });
  const text = await fetch(url);

  assert.deepEqual([page.status, page.headers.get("retry-after")], [503, "2"]);
  assert.match(await page.text(), /<meta http-equiv="refresh" content="2">(?:.|\n)*Building/);
  assert.deepEqual([text.status, text.headers.get("retry-after")], [503, "2"]);
  assert.equal(await text.text(), "podcore is starting: Building\n");
});

test("createGateway() holds requests while what was saved is being built", async () => {
  const { promise: settled, resolve: settle } = Promise.withResolvers<void>();
  const gateway = await listen(
    createGateway(() => ({ web: port, api: port, internal: port }), readConfig({}), { settled: () => settled }),
  );
  let isAnswered = false;

  const answering = get(gateway, { host: "localhost" }).then((answer) => {
    isAnswered = true;
    return answer;
  });
  await get(gateway, { host: "localhost" }, "/graphiql");
  const wasAnswered = isAnswered;
  settle();
  const { text } = await answering;

  assert.deepEqual([wasAnswered, text], [false, "passed"]);
});
