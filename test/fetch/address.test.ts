import assert from "node:assert/strict";
import { test } from "node:test";
import { createVet } from "../../shared/fetch/address.ts";
import { createFetch } from "../../shared/fetch/fetch.ts";
import { startOrigin } from "../support/origin.ts";

// An allowed origin listens on 127.0.0.2, a decoy that nothing may reach on 127.0.0.1.
const allow = ["127.0.0.2/32"];
const userAgent = "podcore/test";
const skip = process.platform === "linux" ? false : "only Linux answers on all of 127.0.0.0/8";

test("createVet() lets global unicast addresses through, also inside of IPv6", () => {
  const vet = createVet([]);

  const addresses = [
    "8.8.8.8",
    "1.1.1.1",
    "172.32.0.1",
    "2001:4860:4860::8888",
    "2a00:1450:4001:80e::200e",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
    "2001:0:808:808:0:0:f7f7:f7f7",
  ];

  assert.deepEqual(
    addresses.filter((address) => !vet(address, 443)),
    [],
  );
});

test("createVet() blocks all that is not global unicast, also inside of IPv6", () => {
  const vet = createVet([]);

  const addresses = [
    ..."0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255".split(
      " ",
    ),
    ..."192.0.0.1 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1".split(" "),
    ..."255.255.255.255 :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:0:127.0.0.1 64:ff9b::7f00:1".split(
      " ",
    ),
    ..."64:ff9b::a00:1 64:ff9b:1::808:808 100::1 2001:db8::1 3fff::1 2002:7f00:1:: 2002:a00:1::1 fe80::1 fec0::1".split(
      " ",
    ),
    // Teredo: a private server, a private client
    ..."2001:0:a00:1:0:0:f7f7:f7f7 2001:0:808:808:0:0:80ff:fffe 2001:20::1 fc00::1 fd00::1 ff02::1 4000::1 5f00::1".split(
      " ",
    ),
    // IPv4-compatible, which no network carries any more
    "::8.8.8.8",
    ..."fe80::1%eth0 0177.0.0.1 2130706433 127.1 example.com 8.8.8.8%x".split(" "),
    "",
  ];

  assert.deepEqual(
    addresses.filter((address) => vet(address, 443)),
    [],
  );
});

test("createVet() lets networks of the operator through, in the form that is dialled", () => {
  const vet = createVet(["10.1.0.0/16", "fd00::/64"]);

  assert.equal(vet("10.1.2.3", 443), true);
  assert.equal(vet("::ffff:10.1.2.3", 443), true);
  assert.equal(vet("fd00::5", 443), true);
  assert.equal(vet("10.2.0.1", 443), false);
  assert.equal(vet("64:ff9b::a01:203", 443), false);
  assert.equal(vet("fd00:0:0:1::5", 443), false);
});

test("createVet() lets one port of a network through, where the operator names it", () => {
  const vet = createVet(["127.0.0.1/32:8080", "::1/128:8080"]);

  assert.deepEqual([vet("127.0.0.1", 8080), vet("127.0.0.1", 8081), vet("127.0.0.2", 8080)], [true, false, false]);
  assert.deepEqual([vet("::1", 8080), vet("::1", 80)], [true, false]);
});

test("createVet() does not let IPv4 addresses through for an IPv6 network", () => {
  const vet = createVet(["::/0"]);

  assert.equal(vet("fd00::5", 443), true);
  assert.equal(vet("10.1.2.3", 443), false);
  assert.equal(vet("::ffff:10.1.2.3", 443), false);
});

test("createVet() throws on a network that cannot be read", () => {
  for (const cidr of ["10.1.0.0", "10.1.0.0/33", "::1/129", "10.1/16", "", "fe80::%eth0/64", "example.com/8"]) {
    assert.throws(() => createVet([cidr]), { message: `Cannot read the network "${cidr}": not a CIDR` });
  }
});

const blockedTargets = [
  "http://127.0.0.1:PORT/",
  "http://169.254.169.254/latest/meta-data/",
  "http://[::ffff:7f00:1]:PORT/",
  "http://[::]:PORT/",
  "http://[::1]:PORT/",
  "http://0.0.0.0:PORT/",
  "http://[64:ff9b::7f00:1]:PORT/",
];

for (const target of blockedTargets) {
  test(`fetch 40: fetch() blocks a redirect to ${target}`, { skip }, async (t) => {
    const decoy = await startOrigin({ "/": "secret" });
    t.after(decoy.close);
    const location = target.replace("PORT", String(decoy.port));
    const origin = await startOrigin({ "/": { status: 302, headers: { Location: location } } }, { host: "127.0.0.2" });
    t.after(origin.close);
    const fetch = createFetch({ allow, userAgent });

    const reply = fetch({ url: origin.url });

    await assert.rejects(reply, { kind: "blocked-address" });
    assert.equal(origin.requests.length, 1);
    assert.equal(decoy.numConnections(), 0);
  });
}

test("fetch 43: fetch() vets the answer of each hop and asks once a hop", { skip }, async (t) => {
  const decoy = await startOrigin({ "/": "secret" });
  t.after(decoy.close);
  const answers = ["127.0.0.2", "127.0.0.1"];
  const asked: string[] = [];
  const resolve = async (host: string) => {
    asked.push(host);
    return [{ address: answers.shift() ?? "", family: 4 }];
  };
  const headers = { Location: `http://rebind.example.com:${decoy.port}/` };
  const origin = await startOrigin({ "/": { status: 302, headers } }, { host: "127.0.0.2" });
  t.after(origin.close);
  const fetch = createFetch({ allow, userAgent, resolve });

  const reply = fetch({ url: `http://rebind.example.com:${origin.port}/` });

  await assert.rejects(reply, { kind: "blocked-address", message: /rebind\.example\.com/ });
  assert.equal(origin.requests[0]?.headers.host, `rebind.example.com:${origin.port}`);
  assert.deepEqual(asked, ["rebind.example.com", "rebind.example.com"]);
  assert.equal(decoy.numConnections(), 0);
});

test("fetch 44: fetch() never dials the private one of several addresses", { skip }, async (t) => {
  const decoy = await startOrigin({ "/": "secret" });
  t.after(decoy.close);
  const resolve = async () => ["127.0.0.2", "127.0.0.1", "10.0.0.1"].map((address) => ({ address, family: 4 }));
  const fetch = createFetch({ allow, userAgent, resolve });

  // Nothing listens at the vetted address on the decoy's port.
  const reply = fetch({ url: `http://mixed.example.com:${decoy.port}/` });

  await assert.rejects(reply, { kind: "connect" });
  assert.equal(decoy.numConnections(), 0);
});

test("fetch() dials the next vetted address when the first refuses", { skip }, async (t) => {
  const origin = await startOrigin({ "/": "feed" }, { host: "127.0.0.2" });
  t.after(origin.close);
  const resolve = async () => ["127.0.0.3", "127.0.0.2"].map((address) => ({ address, family: 4 }));
  const fetch = createFetch({ allow: ["127.0.0.2/31"], userAgent, resolve });

  const reply = await fetch({ url: `http://two.example.com:${origin.port}/` });

  assert.equal(reply.body.toString(), "feed");
});

for (const address of ["10.96.0.1", "fd00:10:96::1"]) {
  test(`fetch 46: fetch() blocks a name that leads to a cluster's ${address}`, async () => {
    const resolve = async () => [{ address, family: address.includes(":") ? 6 : 4 }];
    const fetch = createFetch({ allow: [], userAgent, resolve });

    const reply = fetch({ url: "http://feed.example.com/" });

    await assert.rejects(reply, { kind: "blocked-address", message: /feed\.example\.com/ });
  });
}

const disguises = [
  "localhost",
  "localhost.",
  "a.localhost",
  "2130706433",
  "0177.0.0.1",
  "0x7f000001",
  "127.1",
  "127.0.0.1",
];
const fullWidth = "\uff11\uff12\uff17.0.0.1";

for (const host of [...disguises, fullWidth]) {
  test(`fetch 47: fetch() blocks ${host}`, async (t) => {
    const decoy = await startOrigin({ "/": "secret" });
    t.after(decoy.close);
    const resolve = async () => assert.fail("no name server is asked");
    const fetch = createFetch({ allow: [], userAgent, resolve });
    const fetchLoopback = createFetch({ allow: ["127.0.0.0/8"], userAgent, resolve });
    const url = `http://${host}:${decoy.port}/`;

    const reply = fetch({ url });

    await assert.rejects(reply, { kind: "blocked-address" });
    assert.equal(decoy.numConnections(), 0);
    // The control: where it is allowed, the same URL does reach the decoy.
    assert.equal((await fetchLoopback({ url })).body.toString(), "secret");
  });
}

for (const port of [0, 1, 22, 25, 79, 444, 1023, 3306, 5432, 6379, 9200, 11211]) {
  test(`fetch 48: fetch() refuses port ${port}`, async () => {
    const fetch = createFetch({ allow: ["127.0.0.0/8"], userAgent });

    await assert.rejects(fetch({ url: `http://127.0.0.1:${port}/` }), { kind: "blocked-port" });
    await assert.rejects(fetch({ url: `https://127.0.0.1:${port}/` }), { kind: "blocked-port" });
  });
}

test("fetch 48: fetch() tries ports 80, 443 and 1024", async () => {
  const resolve = async () => [];
  const fetch = createFetch({ allow: [], userAgent, resolve });

  for (const port of [80, 443, 1024]) {
    await assert.rejects(fetch({ url: `http://example.com:${port}/` }), { kind: "dns" });
  }
});

test("fetch 48: fetch() refuses a redirect to a port of a service", async (t) => {
  const origin = await startOrigin({ "/": { status: 301, headers: { Location: "http://127.0.0.1:6379/" } } });
  t.after(origin.close);
  const fetch = createFetch({ allow: ["127.0.0.0/8"], userAgent });

  await assert.rejects(fetch({ url: origin.url }), { kind: "blocked-port" });
});

test("fetch() looks once more at where the socket led, before it sends anything", { skip }, async (t) => {
  const decoy = await startOrigin({ "/": "secret" });
  t.after(decoy.close);
  // The kernel takes 0.0.0.0 for 127.0.0.1, which is not allowed.
  const fetch = createFetch({ allow: ["0.0.0.0/32"], userAgent });

  const reply = fetch({ url: `http://0.0.0.0:${decoy.port}/` });

  await assert.rejects(reply, { kind: "blocked-address" });
  assert.equal(decoy.numBytes(), 0);
  assert.equal(decoy.requests.length, 0);
});
