import assert from "node:assert/strict";
import test from "node:test";
import { loggedOut } from "../../shared/auth/logged-out.ts";
import { canBeTossed } from "../../shared/auth/parent-domains.ts";
import { deleteTossed, forgetRetry } from "../../shared/auth/tossed-cookies.ts";

const HTTPS = { publicUrl: "https://podcasts.example.com" };
const HTTP = { publicUrl: "http://pod.box.lan" };
const OWN = ["podcore=; Path=/; Max-Age=0", "podcore-browser=; Path=/; Max-Age=0"];

test("deleteTossed() deletes the cookies of each path and domain that is not the site's own, and keeps the site's", () => {
  const headers = { cookie: "podcore=1; podcore=2; podcore-browser=3" };

  const { cookies, canRetry } = deleteTossed(headers, { site: HTTP, path: "/podcasts/1" });

  const places = cookies
    .filter((cookie) => cookie.startsWith("podcore="))
    .map((cookie) => cookie.split("; ").slice(1, -1));
  const paths = ["/", "/podcasts", "/podcasts/", "/podcasts/1"].map((path) => `Path=${path}`);
  assert.deepEqual(places, [
    ...paths.slice(1).map((path) => [path]),
    ...["Domain=pod.box.lan", "Domain=box.lan"].flatMap((domain) => paths.map((path) => [domain, path])),
  ]);
  assert.ok(cookies.every((cookie) => !OWN.some((own) => cookie.startsWith(own))));
  assert.equal(canRetry, true);
});

test("deleteTossed() deletes the site's own cookie, too, where all values of its name are the same", () => {
  const [session, browser] = OWN;
  const deleted = [
    "podcore=1; podcore=1; podcore-browser=3; podcore-browser=3",
    "podcore=1; podcore=1; podcore-browser=3; podcore-browser=4",
    "podcore=1; podcore=1; podcore-browser=3",
    "podcore=1; podcore=1",
    "podcore=1; podcore-browser=3; podcore-browser=3",
  ].map((cookie) => {
    const { cookies } = deleteTossed({ cookie }, { site: HTTP, path: "/" });
    return OWN.filter((own) => cookies.some((line) => line.startsWith(own)));
  });

  assert.deepEqual(deleted, [OWN, [session], [session], [session], [browser]]);
});

test("deleteTossed() has a request sent again twice, and none on https or an address", () => {
  const again = ["", "podcore-again=1", "podcore-again=2", "podcore-again=x", "podcore-again=1; podcore-again=2"].map(
    (cookie) => deleteTossed({ cookie }, { site: HTTP, path: "/" }).canRetry,
  );
  const https = deleteTossed({ cookie: "" }, { site: HTTPS, path: "/" });
  const address = deleteTossed({ cookie: "" }, { site: { publicUrl: "http://192.0.2.1:8080" }, path: "/" });

  assert.deepEqual(again, [true, true, false, false, false]);
  assert.deepEqual([https.canRetry, https.cookies.length], [false, 2]);
  assert.ok(address.cookies.every((cookie) => !cookie.includes("Domain=")));
});

test("canBeTossed() is true on http for a name of two labels or more", () => {
  const sites = ["http://podbox.lan", "http://a.b.example:8080", "https://podbox.lan", "http://localhost:8080"];
  const addresses = ["http://192.0.2.1", "http://[::1]:8080"];

  const tossable = [...sites, ...addresses].filter((publicUrl) => canBeTossed({ publicUrl }));

  assert.deepEqual(tossable, sites.slice(0, 2));
});

test("forgetRetry() deletes the mark of a request that was sent again, where there is one", () => {
  assert.deepEqual(forgetRetry({ cookie: "podcore-again=1" }), ["podcore-again=; Path=/; Max-Age=0"]);
  assert.deepEqual(forgetRetry({}), []);
});

test("loggedOut() ends the login, and has the browser delete what it has cached on https", () => {
  const [https, http] = [loggedOut(HTTPS), loggedOut(HTTP)];

  assert.equal(https.headers?.["clear-site-data"], '"cache", "storage"');
  assert.equal(http.headers?.["clear-site-data"], undefined);
  assert.match(JSON.stringify(https), /__Host-podcore=; Path=\/; Max-Age=0/);
});
