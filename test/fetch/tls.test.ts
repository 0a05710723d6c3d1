import assert from "node:assert/strict";
import { before, test } from "node:test";
import { getCACertificates, setDefaultCACertificates, TLSSocket } from "node:tls";
import { createFetch } from "../../shared/fetch/fetch.ts";
import { startOrigin } from "../support/origin.ts";
import { authority, expiredCert, goodCert, key, otherHostCert, selfSignedCert } from "./certificates.ts";
import { runChild } from "./run-child.ts";

const fetch = createFetch({
  allow: ["127.0.0.0/8", "::1/128"],
  userAgent: "podcore/test",
  resolve: async () => [{ address: "127.0.0.1", family: 4 }],
});

before(() => setDefaultCACertificates([...getCACertificates(), authority]));

for (const host of ["127.0.0.1", "localhost", "localhost."]) {
  test(`fetch 64: fetch() accepts a certificate that holds for ${host}`, async (t) => {
    const origin = await startOrigin({ "/": "feed" }, { tls: { key, cert: goodCert } });
    t.after(origin.close);

    const reply = await fetch({ url: `https://${host}:${origin.port}/` });

    assert.equal(reply.body.toString(), "feed");
  });
}

test("fetch 64: fetch() names the server in TLS without a trailing dot, and no address", async (t) => {
  const names: unknown[] = [];
  const origin = await startOrigin(
    ({ socket }, response) => {
      names.push(socket instanceof TLSSocket && socket.servername);
      response.end();
    },
    { tls: { key, cert: goodCert } },
  );
  t.after(origin.close);

  for (const host of ["localhost", "localhost.", "127.0.0.1"]) await fetch({ url: `https://${host}:${origin.port}/` });

  assert.deepEqual(names, ["localhost", "localhost", false]);
});

const refused = [
  { name: "an expired certificate", cert: expiredCert, message: /certificate has expired/ },
  { name: "another host's certificate", cert: otherHostCert, message: /not in the cert's list/ },
  { name: "a self-signed certificate", cert: selfSignedCert, message: /self-signed certificate/ },
];

for (const { name, cert, message } of refused) {
  test(`fetch 64: fetch() refuses ${name}`, async (t) => {
    const origin = await startOrigin({ "/": "feed" }, { tls: { key, cert } });
    t.after(origin.close);

    const reply = fetch({ url: origin.url });

    await assert.rejects(reply, { kind: "tls", message });
    assert.equal(origin.requests.length, 0);
  });
}

test("fetch 64: fetch() holds a certificate against the name in the URL, not the address", async (t) => {
  const origin = await startOrigin({ "/": "feed" }, { tls: { key, cert: otherHostCert } });
  t.after(origin.close);

  const right = await fetch({ url: `https://other.example.com:${origin.port}/` });
  const wrong = fetch({ url: `https://feeds.example.com:${origin.port}/` });

  assert.equal(right.body.toString(), "feed");
  await assert.rejects(wrong, { kind: "tls" });
});

test("fetch 64: fetch() refuses a self-signed certificate whatever the environment says", async (t) => {
  const origin = await startOrigin({ "/": "feed" }, { tls: { key, cert: selfSignedCert } });
  t.after(origin.close);

  const { results } = await runChild({ urls: [origin.url], env: { NODE_TLS_REJECT_UNAUTHORIZED: "0" } });

  assert.deepEqual(results, ["tls"]);
});

test("fetch 64: fetch() fails with kind tls where a host speaks no TLS, or hangs up", async (t) => {
  const origin = await startOrigin({});
  t.after(origin.close);
  const closing = await startOrigin({}, { tls: { key, cert: goodCert }, onConnection: (socket) => socket.destroy() });
  t.after(closing.close);

  await assert.rejects(fetch({ url: origin.url.replace("http:", "https:") }), { kind: "tls" });
  await assert.rejects(fetch({ url: closing.url }), { kind: "tls" });
});
