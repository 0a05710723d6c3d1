import assert from "node:assert/strict";
import { test } from "node:test";
import { createFetch } from "../../shared/fetch/fetch.ts";
import { startOrigin } from "../support/origin.ts";

const fetch = createFetch({ allow: ["127.0.0.0/8"], userAgent: "podcore/test" });
const WEEK_MS = 7 * 24 * 60 * 60 * 1000;
const date = "Sun, 06 Nov 1994 08:49:37 GMT";

const retryAfters = [
  { name: "fetch 17: fetch() reads Retry-After in seconds", status: 429, value: "120", ms: 120_000 },
  { name: "fetch 17: fetch() reads Retry-After 0", status: 429, value: "0", ms: 0 },
  { name: "fetch 18: fetch() reads a date", status: 429, value: "Sun, 06 Nov 1994 09:49:37 GMT", ms: 3_600_000 },
  { name: "fetch 18: fetch() reads RFC 850's", status: 429, value: "Sunday, 06-Nov-94 09:49:37 GMT", ms: 3_600_000 },
  { name: "fetch 18: fetch() reads asctime's", status: 429, value: "Sun Nov  6 09:49:37 1994", ms: 3_600_000 },
  {
    name: "fetch 18: fetch() ignores a date gone by",
    status: 429,
    value: "Sun, 06 Nov 1994 07:49:37 GMT",
    ms: undefined,
  },
  { name: "fetch 19: fetch() ignores -5", status: 429, value: "-5", ms: undefined },
  { name: "fetch 19: fetch() ignores abc", status: 429, value: "abc", ms: undefined },
  { name: "fetch 19: fetch() ignores an empty one", status: 429, value: "", ms: undefined },
  { name: "fetch 19: fetch() ignores an impossible date", status: 429, value: "Sun, 99 Foo 1994", ms: undefined },
  { name: "fetch 19: fetch() clamps seconds to 7 days", status: 429, value: "1000000000000", ms: WEEK_MS },
  { name: "fetch 19: fetch() clamps more digits than a number has", status: 429, value: "9".repeat(400), ms: WEEK_MS },
  { name: "fetch 19: fetch() clamps dates", status: 429, value: "Sun, 06 Nov 2094 09:49:37 GMT", ms: WEEK_MS },
  { name: "fetch 20: fetch() reads the Retry-After of a 503", status: 503, value: "60", ms: 60_000 },
];

for (const { name, status, value, ms } of retryAfters) {
  test(name, async (t) => {
    const origin = await startOrigin({ "/": { status, headers: { "Retry-After": value, Date: date } } });
    t.after(origin.close);

    const reply = await fetch({ url: origin.url });

    assert.equal(reply.status, status);
    assert.equal(reply.retryAfterMs, ms);
  });
}

const inSixHours = "Sun, 06 Nov 1994 14:49:37 GMT";

type MaxAge = { name: string; headers?: Record<string, string>; lines?: string[]; ms?: number };

const maxAges: MaxAge[] = [
  { name: "fetch 23: fetch() reads max-age", headers: { "Cache-Control": "public, Max-Age=172800" }, ms: 172_800_000 },
  { name: "fetch 23: fetch() reads max-age of the second line", lines: ["public", "max-age=60"], ms: 60_000 },
  { name: "fetch 23: fetch() ignores a max-age that is no number", headers: { "Cache-Control": "max-age=1e9" } },
  { name: "fetch 23: fetch() ignores s-maxage", headers: { "Cache-Control": "s-maxage=60" } },
  { name: "fetch 24: fetch() ignores max-age beside no-cache", headers: { "Cache-Control": "no-cache, max-age=60" } },
  { name: "fetch 24: fetch() ignores max-age beside no-store", headers: { "Cache-Control": "max-age=60, no-store" } },
  { name: "fetch 24: fetch() ignores max-age beside a later no-cache", lines: ["max-age=60", "no-cache"] },
  { name: "fetch 25: fetch() subtracts Age", headers: { "Cache-Control": "max-age=600", Age: "100" }, ms: 500_000 },
  { name: "fetch 25: fetch() stops at 0", headers: { "Cache-Control": "max-age=600", Age: "700" }, ms: 0 },
  { name: "fetch 14: fetch() ignores Expires: 0", headers: { Expires: "0" } },
  {
    name: "fetch 14: fetch() ignores an Expires that has passed",
    headers: { Expires: "Sun, 06 Nov 1994 08:00:00 GMT" },
  },
  { name: "fetch 23: fetch() reads Expires by the server's clock", headers: { Expires: inSixHours }, ms: 21_600_000 },
  {
    name: "fetch 23: fetch() prefers max-age to Expires",
    headers: { "Cache-Control": "max-age=60", Expires: inSixHours },
    ms: 60_000,
  },
  {
    name: "fetch 24: fetch() ignores Expires beside no-cache",
    headers: { "Cache-Control": "no-cache", Expires: inSixHours },
  },
  {
    name: "fetch 25: fetch() subtracts Age from Expires",
    headers: { Expires: inSixHours, Age: "3600" },
    ms: 18_000_000,
  },
  {
    name: "fetch 25: fetch() ignores a broken Age",
    headers: { "Cache-Control": "max-age=600", Age: "-9" },
    ms: 600_000,
  },
];

for (const { name, headers = {}, lines, ms } of maxAges) {
  test(name, async (t) => {
    const cacheControl = lines === undefined ? headers : { "Cache-Control": lines };
    const origin = await startOrigin({ "/": { headers: { Date: date, ...cacheControl } } });
    t.after(origin.close);

    const reply = await fetch({ url: origin.url });

    assert.equal(reply.cacheMaxAgeMs, ms);
  });
}
