import assert from "node:assert/strict";
import test from "node:test";
import { endedSessionCookie, readCookies, sessionCookies, siteFor } from "../../shared/auth/session-cookie.ts";

const HTTPS = { publicUrl: "https://podcasts.example.com" };
const HTTP = { publicUrl: "http://podbox.lan" };

for (const { site, name, secure } of [
  { site: HTTPS, name: "__Host-podcore", secure: "; Secure" },
  { site: HTTP, name: "podcore", secure: "" },
]) {
  test(`sessionCookies() of ${site.publicUrl} are ${name}'s, for 90 days, away from scripts and other sites`, () => {
    const cookies = [...sessionCookies({ session: "s3cret", browser: "br0wser" }, site), endedSessionCookie(site)];

    assert.deepEqual(cookies, [
      `${name}-browser=br0wser; Path=/; Max-Age=${400 * 86_400}; HttpOnly; SameSite=Lax${secure}`,
      `${name}=s3cret; Path=/; Max-Age=${90 * 86_400}; HttpOnly; SameSite=Lax${secure}`,
      `${name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax${secure}`,
    ]);
  });
}

for (const { what, cookie, site = HTTPS, expected } of [
  { what: "its own among others", cookie: "a=1; __Host-podcore = s=1 ; podcore=2", expected: ["s=1", false] },
  {
    what: "none of another name",
    cookie: "x__Host-podcore=1; podcore=2; __Host-podcore",
    expected: [undefined, false],
  },
  { what: "none with another blank in its name", cookie: "\u00a0__Host-podcore=1", expected: [undefined, false] },
  { what: "none where none was sent", cookie: undefined, expected: [undefined, false] },
  { what: "the plain one of an http site", cookie: "__Host-podcore=1; podcore=2", site: HTTP, expected: ["2", false] },
  { what: "that a name came twice", cookie: "__Host-podcore=1; __Host-podcore=2", expected: ["1", true] },
  {
    what: "that the browser's name came twice",
    cookie: "__Host-podcore=1; __Host-podcore-browser=2; __Host-podcore-browser=2",
    expected: ["1", true],
  },
]) {
  test(`readCookies() reads ${what}`, () => {
    const { session, isDoubled } = readCookies({ cookie }, site);

    assert.deepEqual([session, isDoubled], expected);
  });
}

for (const { headers, expected } of [
  { headers: { "x-forwarded-proto": "http", host: "podbox.lan" }, expected: "http://podbox.lan" },
  { headers: { "x-forwarded-proto": "https", host: "podbox.lan" }, expected: HTTPS.publicUrl },
  { headers: { host: "podbox.lan" }, expected: HTTPS.publicUrl },
  { headers: { "x-forwarded-proto": "http", host: "Podcasts.Example.com" }, expected: HTTPS.publicUrl },
  { headers: { "x-forwarded-proto": "http", host: "not a host" }, expected: HTTPS.publicUrl },
]) {
  test(`siteFor() is ${expected} with ${JSON.stringify(headers)}`, () => {
    assert.equal(siteFor(headers, HTTPS).publicUrl, expected);
  });
}
