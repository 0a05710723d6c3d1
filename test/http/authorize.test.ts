import assert from "node:assert/strict";
import { request } from "node:http";
import test from "node:test";
import { ROUTES } from "../../functions/routes.ts";
import { readConfig } from "../../shared/config.ts";
import { UserError } from "../../shared/errors.ts";
import { requireOidcToken } from "../../shared/http/oidc-token.ts";
import * as workerWaker from "../../shared/jobs/worker-waker.ts";
import { createLog } from "../../shared/log/log.ts";
import { present } from "../../shared/present.ts";
import { callArtifact, OPERATOR_TOKEN as OPERATOR, sendPing, startArtifact } from "../support/artifact.ts";
import { DISCOVERY, KEYS, startOidcIssuer } from "../support/oidc-issuer.ts";
import { startOrigin } from "../support/origin.ts";
import { createDatabase } from "../support/postgres.ts";

const WAKE = "wake-token-that-is-good-for-the-work-tick";
const SUBJECT = "system:serviceaccount:podcore:tick-crawl-oidc-sources.knative.dev-pingsource";

const databaseUrl = await createDatabase();
const issuer = await startOidcIssuer();
const environment = { DATABASE_URL: databaseUrl, PODCORE_OPERATOR_TOKEN: OPERATOR, PODCORE_WAKE_TOKEN: WAKE };
const internal = await startArtifact({ name: "internal", environment });
const closed = await startArtifact({ name: "internal", environment: { DATABASE_URL: databaseUrl } });
const verifying = await startArtifact({
  name: "internal",
  environment: { ...environment, PODCORE_OIDC_ISSUER: issuer.url },
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const now = () => Math.floor(Date.now() / 1000);
const claims = () => ({ iss: issuer.url, aud: ["podcore"], sub: SUBJECT, exp: now() + 600 });

async function statusOf(reply: Promise<Response>): Promise<number> {
  return (await reply).status;
}

for (const { path } of ROUTES.filter(({ path }) => path.startsWith("/admin/"))) {
  test(`${path} demands the operator's token, and refuses all calls where none is set`, async () => {
    const post = (url: string, headers: Record<string, string>) =>
      fetch(url + path, { method: "POST", headers, body: "{}" });

    const without = await post(internal.url, {});
    const wrong = await post(internal.url, bearer(OPERATOR.replace("o", "0")));
    const refused = await Promise.all([
      statusOf(post(internal.url, bearer(WAKE))),
      statusOf(post(internal.url, { authorization: `Basic ${OPERATOR}` })),
      statusOf(post(verifying.url, bearer(await issuer.sign(claims())))),
      statusOf(post(closed.url, {})),
      statusOf(post(closed.url, bearer(OPERATOR))),
      statusOf(post(closed.url, bearer("undefined"))),
    ]);

    assert.deepEqual([without.status, without.headers.get("www-authenticate")], [401, "Bearer"]);
    assert.deepEqual([wrong.status, wrong.headers.get("www-authenticate")], [401, 'Bearer error="invalid_token"']);
    assert.deepEqual(refused, Array(6).fill(401));
    assert.doesNotMatch(await wrong.text(), /link|podcastId/);
  });
}

test("an operator's function does its work for the operator's token, and for --once without any", async () => {
  const send = (url: string, email: string) =>
    fetch(url, { method: "POST", headers: bearer(OPERATOR), body: JSON.stringify({ email }) });
  const { url } = await startArtifact({ name: "admin-account-add", environment });

  const replies = await Promise.all([
    send(`${internal.url}/admin/account-add`, "a@example.com"),
    send(url, "b@example.com"),
  ]);
  const alone = await fetch(url, { method: "POST", body: '{"email":"c@example.com"}' });
  const once = await callArtifact({
    name: "admin-account-add",
    params: '{"email":"d@example.com"}',
    environment: { DATABASE_URL: databaseUrl },
  });

  assert.deepEqual([...replies.map(({ status }) => status), alone.status, once.code], [200, 200, 401, 0]);
  assert.match(once.stdout, /"link":"http/);
});

for (const tick of ["crawl", "work", "clean"]) {
  test(`the ${tick} tick takes calls without a token, unless an issuer is set`, async () => {
    const open = await sendPing(`${internal.url}/tick/${tick}`);
    const withToken = await sendPing(`${internal.url}/tick/${tick}`, "{}", bearer("of-somebody-else"));
    const unset = await sendPing(`${closed.url}/tick/${tick}`);
    const asked = await sendPing(`${verifying.url}/tick/${tick}`);
    const operator = await sendPing(`${verifying.url}/tick/${tick}`, "{}", bearer(OPERATOR));
    const waking = await sendPing(`${verifying.url}/tick/${tick}`, "{}", bearer(WAKE));
    const token = await issuer.sign(claims());
    const oidc = await sendPing(`${verifying.url}/tick/${tick}`, "{}", bearer(token));

    assert.deepEqual([open.status, withToken.status, unset.status], [200, 200, 200]);
    assert.deepEqual([asked.status, asked.headers.get("www-authenticate")], [401, "Bearer"]);
    assert.deepEqual([operator.status, oidc.status], [200, 200]);
    assert.equal(waking.status, tick === "work" ? 200 : 401);
  });
}

for (const [what, change, expected] of [
  ["of another issuer", { iss: "https://other.example" }, 401],
  ["for another audience", { aud: "other" }, 401],
  ["without an audience", { aud: undefined }, 401],
  ["that has expired", { exp: now() - 60 }, 401],
  ["without an expiry", { exp: undefined }, 401],
  ["that is not valid yet", { nbf: now() + 600 }, 401],
  ["without a subject", { sub: undefined }, 401],
  ["of another subject", { sub: "system:serviceaccount:other:default" }, 403],
] as const) {
  test(`a tick answers a token ${what} with ${expected}`, async () => {
    const token = await issuer.sign(present({ ...claims(), ...change }));

    const reply = await sendPing(`${verifying.url}/tick/clean`, "{}", bearer(token));

    assert.equal(reply.status, expected);
    const challenge = expected === 401 ? 'Bearer error="invalid_token"' : null;
    assert.equal(reply.headers.get("www-authenticate"), challenge);
  });
}

test("a tick refuses a token that is forged, changed, unsigned, or signed with the public key as a secret", async () => {
  const forged = await issuer.sign(claims(), { isForged: true });
  const [header = "", payload = "", signature = ""] = (await issuer.sign(claims())).split(".");
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const changed = encode({ ...claims(), exp: now() + 9_999 });
  const tokens = [
    forged,
    `${header}.${changed}.${signature}`,
    `${encode({ alg: "none" })}.${payload}.`,
    `${encode({ alg: "HS256", kid: "1" })}.${payload}.${signature}`,
    `${header}.${payload}`,
    "junk",
  ];

  const statuses = await Promise.all(
    tokens.map((token) => statusOf(sendPing(`${verifying.url}/tick/clean`, "{}", bearer(token)))),
  );

  assert.deepEqual(statuses, Array(tokens.length).fill(401));
});

test("a tick asks its issuer once for many tokens, and never for a token of another", async () => {
  const { url } = await startArtifact({
    name: "tick-clean",
    environment: { ...environment, PODCORE_OIDC_ISSUER: issuer.url },
  });
  issuer.asked.length = 0;
  const send = async (change = {}) =>
    statusOf(sendPing(url, "{}", bearer(await issuer.sign({ ...claims(), ...change }))));

  const foreign = await send({ iss: "https://other.example" });
  const numAskedForForeign = issuer.asked.length;
  const many = [await send(), ...(await Promise.all([send(), send(), send()]))];
  const asked = [...issuer.asked];

  assert.deepEqual([foreign, numAskedForForeign], [401, 0]);
  assert.deepEqual(many, [200, 200, 200, 200]);
  assert.deepEqual(asked, [DISCOVERY, KEYS]);
});

test("requireOidcToken() is a 503 while its issuer cannot be asked, and asks again after thirty seconds", async (t) => {
  const other = await startOidcIssuer();
  const token = await other.sign({ ...claims(), iss: other.url, exp: now() + 3_600 });
  const { subjects, audience } = readConfig({}).oidc;
  const send = () =>
    requireOidcToken(token, { issuer: other.url, audience, subjects }).then(
      () => 200,
      (error) => (error instanceof UserError ? error.status : error),
    );
  const right = JSON.stringify({ issuer: other.url, jwks_uri: other.url + KEYS });
  t.mock.timers.enable({ apis: ["Date"], now: Date.now() });
  const seen: [statuses: number[], asked: string[]][] = [];
  const failures = [
    [DISCOVERY, { status: 500, body: "{}" }],
    [DISCOVERY, { status: 200, body: "<html>" }],
    [DISCOVERY, { status: 200, body: JSON.stringify({ issuer: issuer.url, jwks_uri: issuer.url + KEYS }) }],
    [DISCOVERY, { status: 200, body: right.padEnd(70_000) }],
    [DISCOVERY, { status: 302, body: "" }],
    [KEYS, { status: 404, body: "" }],
    [KEYS, { status: 200, body: "{}" }],
    [KEYS, { status: 200, body: "<html>" }],
  ] as const;
  for (const [path, answer] of failures) {
    other.asked.length = 0;
    other.answers[path] = answer;
    const statuses = await Promise.all([send(), send()]);
    t.mock.timers.tick(29_999);
    statuses.push(await send());
    delete other.answers[path];
    statuses.push(await send());
    t.mock.timers.tick(1);
    seen.push([statuses, [...other.asked]]);
  }

  const afterwards = await send();

  const expected = failures.map(([path]) => [
    [503, 503, 503, 503],
    path === DISCOVERY ? [DISCOVERY] : [DISCOVERY, KEYS],
  ]);
  assert.deepEqual(seen, expected);
  assert.equal(afterwards, 200);
});

function hostStatus(url: string, host: string, path: string): Promise<number | undefined> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: hostname, port, path, headers: { host } }, (reply) => {
      reply.resume();
      resolve(reply.statusCode);
    });
    outgoing.on("error", reject).end();
  });
}

test("internal and the functions of its kind answer to their Service's names and loopback, and to no other host", async () => {
  const own = ["127.0.0.1:1", "localhost", "[::1]:80", "internal", "internal.podcore.svc", "more.example:80"];
  const tagged = ["INTERNAL.podcore.svc.cluster.local:80", "canary-internal.podcore.svc.cluster.local"];
  const strange = [
    "evil.example",
    "internal.example",
    "internal.svc",
    "internal.a.svc.evil.example",
    "10.0.0.1",
    "web",
  ];
  const more = await startArtifact({
    name: "internal",
    environment: { ...environment, PODCORE_HOSTS: "more.example" },
  });
  const admin = await startArtifact({ name: "admin-error", environment });

  const answered = await Promise.all([...own, ...tagged].map((host) => hostStatus(more.url, host, "/tick/clean")));
  const refused = await Promise.all(strange.map((host) => hostStatus(more.url, host, "/tick/clean")));
  const unlisted = await hostStatus(internal.url, "more.example", "/tick/clean");
  const probes = await Promise.all(["/health", "/ready"].map((path) => hostStatus(internal.url, "evil.example", path)));
  const alone = await Promise.all(
    ["admin-error.podcore.svc.cluster.local", "evil.example"].map((host) => hostStatus(admin.url, host, "/nothing")),
  );

  // All of them take a POST only, so a GET is a 405 where the host is right.
  assert.deepEqual(new Set(answered), new Set([405]));
  assert.deepEqual(new Set(refused), new Set([421]));
  assert.deepEqual([unlisted, ...probes], [421, 200, 200]);
  assert.deepEqual(alone, [405, 421]);
});

test("the wake-up carries the token for it", async () => {
  const origin = await startOrigin({ "/tick/work": "{}" });
  const config = readConfig({ PODCORE_WORK_URL: `${origin.url}/tick/work`, PODCORE_WAKE_TOKEN: WAKE });

  workerWaker.run({ config, log: createLog({ format: "flat", level: "silent", write: () => {} }) });

  while (origin.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  await origin.close();
  assert.equal(origin.requests[0]?.headers.authorization, `Bearer ${WAKE}`);
});

for (const [environmentOf, message] of [
  [
    { PODCORE_OPERATOR_TOKEN: "short" },
    /^Cannot use PODCORE_OPERATOR_TOKEN: expected 32 or more letters, digits or any of -\._~\+\/$/,
  ],
  [{ PODCORE_WAKE_TOKEN: `${WAKE} ${WAKE}` }, /^Cannot use PODCORE_WAKE_TOKEN: expected 32/],
  [
    { PODCORE_OPERATOR_TOKEN: OPERATOR, PODCORE_WAKE_TOKEN: OPERATOR },
    /^Cannot use PODCORE_WAKE_TOKEN: it equals PODCORE_OPERATOR_TOKEN/,
  ],
  [
    { PODCORE_OIDC_ISSUER: "http://issuer.example" },
    /^Cannot use PODCORE_OIDC_ISSUER="http:\/\/issuer\.example": not an https URL/,
  ],
  [{ PODCORE_OIDC_ISSUER: "https://issuer.example/?a" }, /not an https URL/],
] as const) {
  test(`readConfig() refuses ${Object.keys(environmentOf).join(" and ")} as ${message}`, () => {
    assert.throws(() => readConfig(environmentOf), { message });
  });
}
