import assert from "node:assert/strict";
import test from "node:test";
import { endedSessionCookie, isPlainHttp, readSessionCookie, sessionCookie } from "../../shared/auth/session-cookie.ts";

const HTTPS = { publicUrl: "https://podcasts.example.com" };
const HTTP = { publicUrl: "http://podbox.lan" };
const YEAR_SECONDS = 31_536_000;

for (const { site, isPlainHttp, expected } of [
  { site: HTTPS, isPlainHttp: false, expected: { name: "__Host-podcore", secure: "; Secure" } },
  { site: HTTPS, isPlainHttp: true, expected: { name: "podcore", secure: "" } },
  { site: HTTP, isPlainHttp: false, expected: { name: "podcore", secure: "" } },
]) {
  test(`sessionCookie() of ${site.publicUrl}${isPlainHttp ? " over http" : ""} is ${expected.name}, for a year, away from scripts and other sites`, () => {
    const asking = { config: site, caller: { isPlainHttp } };

    const cookies = [sessionCookie("s3cret", asking), endedSessionCookie(asking)];

    const { name, secure } = expected;
    assert.deepEqual(cookies, [
      `${name}=s3cret; Path=/; Max-Age=${YEAR_SECONDS}; HttpOnly; SameSite=Lax${secure}`,
      `${name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax${secure}`,
    ]);
  });
}

for (const { what, cookie, headers = {}, site = HTTPS, expected } of [
  { what: "its own among others", cookie: "a=1; __Host-podcore = s=1 ; podcore=2", expected: "s=1" },
  { what: "none of another name", cookie: "x__Host-podcore=1; podcore=2; __Host-podcore", expected: undefined },
  { what: "none where none was sent", cookie: undefined, expected: undefined },
  { what: "the plain one of an http site", cookie: "__Host-podcore=1; podcore=2", site: HTTP, expected: "2" },
  {
    what: "the plain one of a browser that comes over http by another name",
    cookie: "__Host-podcore=1; podcore=2",
    headers: { "x-forwarded-proto": "http", host: "podbox.lan" },
    expected: "2",
  },
]) {
  test(`readSessionCookie() reads ${what}`, () => {
    assert.equal(readSessionCookie({ cookie, ...headers }, site), expected);
  });
}

for (const { headers, expected } of [
  { headers: { "x-forwarded-proto": "http", host: "podbox.lan" }, expected: true },
  { headers: { "x-forwarded-proto": "https", host: "podbox.lan" }, expected: false },
  { headers: { host: "podbox.lan" }, expected: false },
  { headers: { "x-forwarded-proto": "http", host: "Podcasts.Example.com" }, expected: false },
  { headers: { "x-forwarded-proto": "http" }, expected: true },
]) {
  test(`isPlainHttp() is ${expected} with ${JSON.stringify(headers)}`, () => {
    assert.equal(isPlainHttp(headers, HTTPS), expected);
  });
}
