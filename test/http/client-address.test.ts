import assert from "node:assert/strict";
import test from "node:test";
import { networkOf } from "../../shared/address.ts";
import { readConfig } from "../../shared/config.ts";
import { clientAddress, isKnownAddress } from "../../shared/http/client-address.ts";

const PROXIES = "10.0.0.0/8,fc00::/7";
const config = readConfig({ PODCORE_TRUSTED_PROXIES: PROXIES, PODCORE_TRUSTED_HOPS: "2" });

test("clientAddress() believes what proxies say, and nobody else", () => {
  const cases: [remoteAddress: string | undefined, forwarded: string | undefined, expected: string][] = [
    ["203.0.113.7", undefined, "203.0.113.7"],
    ["203.0.113.7", "198.51.100.1", "203.0.113.7"],
    ["10.1.2.3", "198.51.100.1", "198.51.100.1"],
    ["::ffff:10.1.2.3", "198.51.100.1", "198.51.100.1"],
    ["10.1.2.3", "6.6.6.6, 198.51.100.1, 10.9.9.9", "198.51.100.1"],
    ["10.1.2.3", "198.51.100.1, 10.9.9.9", "198.51.100.1"],
    ["10.1.2.3", "6.6.6.6, 10.8.8.8, 10.9.9.9", "10.8.8.8"],
    ["10.1.2.3", "6.6.6.6, 10.7.7.7, 10.8.8.8, 10.9.9.9", "10.8.8.8"],
    ["10.1.2.3", undefined, "10.1.2.3"],
    ["10.1.2.3", "unknown, 10.9.9.9", "10.9.9.9"],
    ["10.1.2.3", "198.51.100.1:4711", "198.51.100.1"],
    ["fd00::1", "[2001:db8::1]:4711", "2001:db8::1"],
    ["fd00::1", "<script>", "fd00::1"],
    [undefined, "198.51.100.1", ""],
  ];

  const found = cases.map(([remoteAddress, forwarded]) =>
    clientAddress({ remoteAddress, headers: { "x-forwarded-for": forwarded } }, config),
  );

  assert.deepEqual(
    found,
    cases.map(([, , expected]) => expected),
  );
});

test("clientAddress() of a load balancer that hides its clients is the balancer's, whatever a client wrote before it", () => {
  const cases: [hops: string | undefined, remoteAddress: string, forwarded: string, address: string][] = [
    // One proxy, as nginx before a container: the default.
    [undefined, "10.0.0.5", "1.2.3.9, 10.244.0.17", "10.244.0.17"],
    [undefined, "172.18.0.3", "1.2.3.9, 172.18.0.1", "172.18.0.1"],
    [undefined, "172.18.0.3", "1.2.3.9, 203.0.113.7", "203.0.113.7"],
    [undefined, "127.0.0.1", "203.0.113.7", "203.0.113.7"],
    // None.
    ["0", "127.0.0.1", "1.2.3.9", "127.0.0.1"],
    // Knative as knative/README.md sets it up: the ingress twice, the activator and queue-proxy.
    ["4", "127.0.0.1", "203.0.113.7, 10.244.0.9, 10.244.0.9, 10.244.0.4", "203.0.113.7"],
    ["4", "127.0.0.1", "1.2.3.9, 203.0.113.7, 10.244.0.9, 10.244.0.9, 10.244.0.4", "203.0.113.7"],
    ["4", "127.0.0.1", "1.2.3.9, 10.128.0.2, 10.244.0.9, 10.244.0.9, 10.244.0.4", "10.128.0.2"],
    ["4", "127.0.0.1", "1.2.3.9, 10.244.1.1, 10.244.0.9, 10.244.0.9, 10.244.0.4", "10.244.1.1"],
  ];

  for (const [hops, remoteAddress, forwarded, expected] of cases) {
    const settings = readConfig({ PODCORE_TRUSTED_HOPS: hops });
    const address = clientAddress({ remoteAddress, headers: { "x-forwarded-for": forwarded } }, settings);
    assert.equal(address, expected, `${hops} hops, ${forwarded}`);
    assert.equal(isKnownAddress(address, settings), expected === "203.0.113.7");
  }
});

test("isKnownAddress() is false for proxies, private networks, and what is not an address", () => {
  const proxied = readConfig({ PODCORE_TRUSTED_PROXIES: "198.51.100.0/24" });
  const cases: [address: string, isKnown: boolean][] = [
    ["203.0.113.7", true],
    ["2001:db8::1", true],
    ["198.51.100.7", false],
    ["10.244.0.17", false],
    ["192.168.1.7", false],
    ["100.64.0.1", false],
    ["127.0.0.1", false],
    ["fd00::1", false],
    ["fe80::1", false],
    ["", false],
    ["nobody", false],
  ];

  const found = cases.map(([address]) => isKnownAddress(address, proxied));

  assert.deepEqual(
    found,
    cases.map(([, isKnown]) => isKnown),
  );
});

test("networkOf() is the /24 of IPv4 and the /64 of IPv6, however the address is written", () => {
  const cases: [string, string][] = [
    ["198.51.100.23", "198.51.100.0/24"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8::6", "2001:db8:0:0::/64"],
    ["2001:0db8:0000::6", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["2001:db8:1:2::", "2001:db8:1:2::/64"],
    ["", ""],
    ["nobody", ""],
  ];

  assert.deepEqual(
    cases.map(([address]) => networkOf(address)),
    cases.map(([, network]) => network),
  );
});
