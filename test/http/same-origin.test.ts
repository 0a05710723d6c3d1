import assert from "node:assert/strict";
import test from "node:test";
import { requireSameOrigin } from "../../shared/http/same-origin.ts";

const PUBLIC_URL = "https://casts.example.org";

for (const [headers, isAllowed] of [
  [{}, true],
  [{ origin: "https://casts.example.org", host: "web.podcore.svc.cluster.local" }, true],
  [{ origin: "http://podbox.lan:8080", host: "podbox.lan:8080" }, true],
  [{ origin: "http://podbox.lan", host: "PODBOX.lan" }, true],
  [{ origin: "http://[fd00::1]:8080", host: "[fd00::1]:8080" }, true],
  [{ origin: "http://podbox.lan:8080", host: "podbox.lan", "sec-fetch-site": "same-origin" }, true],
  [{ origin: "http://podbox.lan:8080", host: "podbox.lan:9090" }, false],
  [{ origin: "http://evil.example", host: "podbox.lan" }, false],
  [{ origin: "http://podbox.lan", host: "podbox.lan", "sec-fetch-site": "cross-site" }, false],
  // Whoever is between may have written the http page of a site that is https.
  [{ origin: "http://casts.example.org", host: "casts.example.org" }, false],
  [{ origin: "null", host: "podbox.lan" }, false],
  [{ origin: "http://podbox.lan" }, false],
] as const) {
  test(`requireSameOrigin() ${isAllowed ? "allows" : "refuses"} ${JSON.stringify(headers)}`, () => {
    const check = () => requireSameOrigin(headers, PUBLIC_URL);

    if (isAllowed) check();
    else assert.throws(check, { status: 403 });
  });
}
