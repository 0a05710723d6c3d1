import assert from "node:assert/strict";
import test from "node:test";
import {
  endedBrowserCookie,
  endedSessionCookie,
  readCookies,
  sessionCookies,
  siteFor,
} from "../../shared/auth/session-cookie.ts";

const HTTPS = { publicUrl: "https://podcasts.example.com" };
const HTTP = { publicUrl: "http://podbox.lan" };
const [LOGIN_SECONDS, BROWSER_SECONDS] = [7_776_000, 34_560_000];

for (const { site, name, secure } of [
  { site: HTTPS, name: "__Host-podcore", secure: "; Secure" },
  { site: HTTP, name: "podcore", secure: "" },
]) {
  test(`the cookies of ${site.publicUrl} are ${name}'s, for 90 and 400 days, away from scripts and other sites`, () => {
    const cookies = [
      ...sessionCookies({ session: "s", browser: "b" }, site),
      endedSessionCookie(site),
      endedBrowserCookie(site),
    ];

    const attributes = (seconds: number) => `Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`;
    assert.deepEqual(cookies, [
      `${name}-browser=b; ${attributes(BROWSER_SECONDS)}`,
      `${name}=s; ${attributes(LOGIN_SECONDS)}`,
      `${name}=; ${attributes(0)}`,
      `${name}-browser=; ${attributes(0)}`,
    ]);
  });
}

for (const { what, cookie, site, expected } of [
  {
    what: "its own two among others",
    cookie: "a=1; __Host-podcore \t=  s=1 ; __Host-podcore-browser=b",
    site: HTTPS,
    expected: { session: "s=1", browser: "b", isDoubled: false },
  },
  {
    what: "none of another name",
    cookie: "x__Host-podcore=1; podcore=2; __Host-podcore; \u00a0__Host-podcore-browser=3",
    site: HTTPS,
    expected: { session: undefined, browser: undefined, isDoubled: false },
  },
  {
    what: "none where none was sent",
    cookie: undefined,
    site: HTTPS,
    expected: { session: undefined, browser: undefined, isDoubled: false },
  },
  {
    what: "the plain ones of an http site",
    cookie: "__Host-podcore=1; podcore=2; podcore-browser=3",
    site: HTTP,
    expected: { session: "2", browser: "3", isDoubled: false },
  },
  {
    what: "that a login came twice",
    cookie: "podcore=2; podcore=3",
    site: HTTP,
    expected: { session: "2", browser: undefined, isDoubled: true },
  },
  {
    what: "that a browser came twice",
    cookie: "podcore-browser=2; podcore-browser=2",
    site: HTTP,
    expected: { session: undefined, browser: "2", isDoubled: true },
  },
]) {
  test(`readCookies() reads ${what}`, () => {
    assert.deepEqual(readCookies({ cookie }, site), expected);
  });
}

const PODBOX = { publicUrl: "http://podbox.lan" };
for (const { headers, expected } of [
  { headers: { "x-forwarded-proto": "http", host: "Podbox.lan" }, expected: PODBOX },
  { headers: { "x-forwarded-proto": "https", host: "podbox.lan" }, expected: HTTPS },
  { headers: { host: "podbox.lan" }, expected: HTTPS },
  { headers: { "x-forwarded-proto": "http", host: "Podcasts.Example.com" }, expected: HTTPS },
  { headers: { "x-forwarded-proto": "http", host: "pod box" }, expected: HTTPS },
]) {
  test(`siteFor() is ${expected.publicUrl} with ${JSON.stringify(headers)}`, () => {
    assert.deepEqual(siteFor(headers, HTTPS), expected);
  });
}
