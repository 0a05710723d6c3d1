import assert from "node:assert/strict";
import test from "node:test";
import { readConfig } from "../shared/config.ts";

for (const path of ["/podcore", "/a/b/", "/?a=1", "/#top"]) {
  test(`readConfig() refuses a public URL that ends in "${path}", and says what it takes`, () => {
    assert.throws(() => readConfig({ PODCORE_PUBLIC_URL: `https://casts.example.org${path}` }), {
      message:
        /^Cannot use PODCORE_PUBLIC_URL="https:.*": podcore needs a whole host, such as "https:\/\/casts\.example\.org", without a path$/,
    });
  });
}

test("readConfig() takes a public URL with a slash at its end, and in any case", () => {
  const { publicUrl } = readConfig({ PODCORE_PUBLIC_URL: "HTTPS://Casts.example.org:8443/" });

  assert.equal(publicUrl, "https://casts.example.org:8443");
});

test("readConfig() reads host names in any case, and refuses a port or a URL", () => {
  const { hosts } = readConfig({ PODCORE_HOSTS: " Podbox.example.org,other ,," });

  assert.deepEqual(hosts, ["podbox.example.org", "other"]);
  for (const wrong of ["podbox.lan:8080", "http://podbox.lan", "*.lan"]) {
    assert.throws(() => readConfig({ PODCORE_HOSTS: wrong }), {
      message: /is not a host name such as podbox.example.com, without a port/,
    });
  }
});

test("readConfig() takes networks to fetch from with a port or without, and refuses what is neither", () => {
  const { fetchAllow } = readConfig({ PODCORE_FETCH_ALLOW: "10.0.0.0/8, 127.0.0.1/32:8080,::1/128:8080" });

  assert.deepEqual(fetchAllow, ["10.0.0.0/8", "127.0.0.1/32:8080", "::1/128:8080"]);
  for (const wrong of ["127.0.0.1:8080", "10.0.0.0/8:", "localhost/32:80"]) {
    assert.throws(() => readConfig({ PODCORE_FETCH_ALLOW: wrong }), {
      message: /is not a network such as 10\.0\.0\.0\/8/,
    });
  }
});
