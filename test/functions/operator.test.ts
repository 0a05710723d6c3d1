import assert from "node:assert/strict";
import test, { after } from "node:test";
import { sql } from "drizzle-orm";
import { job } from "../../shared/db/schema.ts";
import { AS_OPERATOR, OPERATOR_TOKEN, sendPing, startArtifact } from "../support/artifact.ts";
import { createContext } from "../support/context.ts";
import { startFaultProxy } from "../support/fault-proxy.ts";
import { rss } from "../support/feed.ts";
import { type Reply, startOrigin } from "../support/origin.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertPodcast } from "../support/rows.ts";

const script: Record<string, Reply> = {};
const origin = await startOrigin(script);
after(origin.close);
const databaseUrl = await createDatabase();
const { db } = createContext({ databaseUrl });
const { hostname, port } = new URL(databaseUrl);
const proxy = await startFaultProxy({ host: hostname, port: Number(port) });
after(proxy.close);
const environment = {
  DATABASE_URL: databaseUrl,
  PODCORE_ENV: "development",
  PODCORE_FETCH_ALLOW: "127.0.0.0/8",
  PODCORE_OPERATOR_TOKEN: OPERATOR_TOKEN,
};
const proxied = Object.assign(new URL(databaseUrl), { hostname: "127.0.0.1", port: String(proxy.port) }).href;
const site = await startArtifact({ name: "web", environment: { ...environment, DATABASE_URL: proxied } });
const internal = await startArtifact({ name: "internal", environment });

const AS_BROWSER = { authorization: `Basic ${Buffer.from(`operator:${OPERATOR_TOKEN}`).toString("base64")}` };

function get(path: string, headers: Record<string, string> = AS_BROWSER) {
  return fetch(site.url + path, { headers: { accept: "text/html", ...headers }, redirect: "manual" });
}
function send(form: Record<string, string | number>, headers: Record<string, string> = AS_BROWSER) {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(form)) body.set(name, String(value));
  return fetch(`${site.url}/operator/action`, { method: "POST", headers, body, redirect: "manual" });
}
async function admin(name: string, params: object) {
  const reply = await fetch(`${internal.url}/admin/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...AS_OPERATOR },
    body: JSON.stringify(params),
  });
  return { status: reply.status, body: JSON.parse(await reply.text()) };
}
async function addPodcast(path: string, feed: Reply): Promise<number> {
  script[path] = feed;
  return (await admin("podcast-add", { url: origin.url + path })).body.podcastId;
}
async function crawl(podcastId: number): Promise<void> {
  await db.once.execute(sql`update podcast_crawl set due_at = podcore_now() where podcast_id = ${podcastId}::bigint`);
  assert.equal((await sendPing(`${internal.url}/tick/crawl`, "{}", AS_OPERATOR)).ok, true);
}
async function parkJob(args: object = { message: "x" }): Promise<number> {
  const [row] = await db.once
    .insert(job)
    .values({
      name: "no_op",
      args: { ...args },
      parkedAt: new Date(),
      numErrors: 10,
      lastError: "It broke",
      lastErrorAt: new Date(),
    })
    .returning({ id: job.id });
  return row?.id ?? 0;
}
const show = (title: string) => rss({ title, items: [{ guid: `${title} 1` }] });
async function crawlOf(podcastId: number) {
  const query = `{ podcastById(id: "${podcastId}") { crawl { checkedAt nextCheckAt trouble } } }`;
  const reply = await get(`/graphql?query=${encodeURIComponent(query)}`, { accept: "application/json" });
  return JSON.parse(await reply.text()).data.podcastById?.crawl;
}

test("the operator's pages ask for the token, and no cache or search engine keeps them", async () => {
  for (const path of ["/operator/crawl", "/operator/podcasts/1", "/operator/crawl?list=jobs"]) {
    const asked = await get(path, {});
    const wrong = await get(path, { authorization: `Basic ${btoa("operator:wrong")}` });
    const bearer = await get(path, AS_OPERATOR);

    for (const reply of [asked, wrong, bearer]) {
      assert.equal(reply.status, 401);
      assert.match(reply.headers.get("www-authenticate") ?? "", /^Basic realm=/);
      assert.equal(reply.headers.get("cache-control"), "no-store");
    }
  }
  const page = await get("/operator/crawl");
  assert.deepEqual([page.status, page.headers.get("cache-control")], [200, "no-store"]);
  assert.match(await page.text(), /<meta name="robots" content="noindex">/);
  assert.equal(page.headers.getSetCookie().length, 0);
  assert.doesNotMatch(site.output(), new RegExp(`${OPERATOR_TOKEN}|${AS_BROWSER.authorization.slice(6)}`));
  assert.match(site.output(), /Operator refused: wrong token/);
});

test("without a token there are no operator's pages", async () => {
  const bare = await startArtifact({ name: "web", environment: { DATABASE_URL: databaseUrl } });

  const page = await fetch(`${bare.url}/operator/crawl`, { headers: AS_BROWSER });
  const body = "action=retry&jobId=1";
  const button = await fetch(`${bare.url}/operator/action`, { method: "POST", headers: AS_BROWSER, body });

  assert.deepEqual([page.status, button.status], [404, 404]);
});

test("another site cannot press the operator's buttons, although the browser sends the password", async () => {
  const jobId = await parkJob();

  const replies = [
    await send({ action: "retry", jobId }, { ...AS_BROWSER, "sec-fetch-site": "cross-site" }),
    await send({ action: "retry", jobId }, { ...AS_BROWSER, "sec-fetch-site": "same-site" }),
    await send({ action: "retry", jobId }, { ...AS_BROWSER, origin: "https://evil.example.com" }),
    await send({ action: "retry", jobId }, { ...AS_BROWSER, origin: "null" }),
    await send({ action: "retry", jobId }, {}),
  ];

  assert.deepEqual(
    replies.map(({ status }) => status),
    [403, 403, 403, 403, 401],
  );
  const page = await (await get("/operator/crawl?list=jobs")).text();
  assert.match(page, new RegExp(`name="jobId" value="${jobId}"`));
});

test("a form that makes no sense is a 400 that names the value", async () => {
  const cases: [form: Record<string, string>, message: RegExp][] = [
    [{}, /action.*not an action: (?:&quot;|")(?:&quot;|")/],
    [{ action: "constructor" }, /not an action: .*constructor/],
    [{ action: "retry", jobId: "x" }, /jobId.*not an ID: .*x/],
    [{ action: "resolve-same" }, /Missing parameter .*podcastId/],
    [{ action: "block", podcastId: "1", reason: "  " }, /Missing parameter .*reason/],
  ];

  for (const [form, message] of cases) {
    const reply = await send(form, { ...AS_BROWSER, accept: "application/json" });

    assert.equal(reply.status, 400);
    assert.match(JSON.parse(await reply.text()).errors[0].message, message);
  }
  const gone = await send({ action: "retry", jobId: 4_000_000 });
  const long = await get(`/operator/crawl?query=${"x".repeat(2_001)}`);
  const list = await get("/operator/crawl?list=nothing");
  assert.deepEqual([gone.status, long.status, list.status], [404, 400, 400]);
});

for (const decision of ["same", "other"] as const) {
  test(`the button "${decision}" resolves another show at the address, and the page and followers are told`, async () => {
    const path = `/resolve-${decision}`;
    const podcastId = await addPodcast(path, show(`Old ${decision}`));
    script[path] = show(`New ${decision}`);
    await crawl(podcastId);
    const told = await crawlOf(podcastId);
    const listed = await (await get("/operator/crawl?list=other-show")).text();
    const page = await (await get(`/operator/podcasts/${podcastId}`)).text();

    const reply = await send({ action: `resolve-${decision}`, podcastId });

    assert.match(told.trouble, /^Another show is at the feed's address/);
    assert.match(listed, new RegExp(`New ${decision}`));
    assert.match(page, new RegExp(`<dd><bdi>New ${decision}</bdi></dd>`));
    assert.deepEqual(
      [reply.status, reply.headers.get("location")],
      [303, `/operator/podcasts/${podcastId}?done=${decision}`],
    );
    const after = await (await get(reply.headers.get("location") ?? "")).text();
    assert.match(after, /<p class="notice" role="status">Decided: /);
    assert.doesNotMatch(after, /Another show at its address/);
    if (decision === "same") await crawl(podcastId);
    const { body } = await admin("crawl-list", { query: `${decision === "same" ? "New" : "New"} ${decision}` });
    assert.equal(body.podcasts.items.length, 1);
    assert.equal(body.podcasts.items[0].podcastId === podcastId, decision === "same");
  });
}

test("a show that cannot be added is told, and the button tries again", async () => {
  const podcastId = await addPodcast("/vanishing", show("Old vanishing"));
  script["/vanishing"] = show("New vanishing");
  await crawl(podcastId);
  script["/vanishing"] = { status: 500 };

  const failed = await send({ action: "resolve-other", podcastId });
  script["/vanishing"] = show("New vanishing");
  const again = await send({ action: "resolve-other", podcastId });

  assert.equal(failed.status, 422);
  assert.match(await failed.text(), /stays as it is, but cannot add the show that was found/);
  assert.equal(again.status, 303);
});

test("buttons merge two podcasts, undo it, take one down and show it again", async () => {
  const podcastGuid = "9b024349-ccf0-5f69-a609-6b82873eab3c";
  const [winnerId, loserId] = [await insertPodcast(db, { podcastGuid }), await insertPodcast(db, { podcastGuid })];
  const press = async (form: Record<string, string | number>) => (await send(form)).headers.get("location");

  assert.equal(await press({ action: "merge", winnerId, loserId }), `/operator/podcasts/${winnerId}?done=merged`);
  const merged = await (await get(`/operator/podcasts/${winnerId}`)).text();
  assert.equal(await press({ action: "unmerge", loserId }), `/operator/podcasts/${loserId}?done=unmerged`);
  const unmerged = await (await get(`/operator/podcasts/${winnerId}`)).text();
  assert.equal(
    await press({ action: "block", podcastId: loserId, reason: "A copy" }),
    `/operator/podcasts/${loserId}?done=blocked`,
  );
  const blocked = await (await get(`/operator/podcasts/${loserId}`)).text();
  const refused = await send({ action: "merge", winnerId, loserId });
  assert.equal(await press({ action: "unblock", podcastId: loserId }), `/operator/podcasts/${loserId}?done=unblocked`);

  assert.match(merged, /Merged into this podcast/);
  assert.match(unmerged, /Merge into this one/);
  assert.match(blocked, /<bdi>A copy<\/bdi>/);
  assert.equal(refused.status, 409);
  assert.match(await refused.text(), /is taken down/);
});

test("the button and the admin call retry a parked job, which the work tick then does", async () => {
  const [byButton, byCall] = [await parkJob(), await parkJob()];
  const page = await (await get("/operator/crawl?list=jobs")).text();

  const pressed = await send({ action: "retry", jobId: byButton });
  const called = await admin("job-retry", { jobId: byCall });
  await sendPing(`${internal.url}/tick/work`, "{}", AS_OPERATOR);

  assert.match(page, /Failed 10 times: <bdi>It broke<\/bdi>/);
  assert.deepEqual([pressed.status, pressed.headers.get("location")], [303, "/operator/crawl?list=jobs"]);
  assert.deepEqual([called.status, called.body], [200, { jobId: byCall, name: "no_op" }]);
  const left = await db.once.execute(sql`select id::int from job where id in (${byButton}::bigint, ${byCall}::bigint)`);
  assert.equal(left.length, 0);
});

test("followers see when a feed was and will be checked, and what is wrong, and nothing that the host has sent", async () => {
  const podcastId = await addPodcast("/failing", show("Failing"));
  const before = await crawlOf(podcastId);
  script["/failing"] = { status: 503, body: "hunter2" };
  await crawl(podcastId);

  const after = await crawlOf(podcastId);
  const page = await (await get(`/podcasts/${podcastId}`, {})).text();
  const { body: report } = await admin("crawl-report", { podcastId });

  assert.equal(before.trouble, null);
  assert.ok(Date.parse(before.nextCheckAt) > Date.now());
  assert.equal(after.trouble, "The feed's host has a problem (503).");
  assert.ok(Date.parse(after.checkedAt) > Date.parse(before.checkedAt));
  assert.match(
    page,
    /<strong>The feed&#39;s host has a problem \(503\)\.<\/strong> Last checked for new episodes: <time/,
  );
  assert.match(page, /Next check: /);
  assert.deepEqual([report.lastStatus, report.numFailures, report.nextVisit.reason], [503, 1, "retry"]);
});

test("a private podcast's crawl is told to nobody who may not see the podcast", async () => {
  const podcastId = await insertPodcast(db, { isPrivate: true });

  assert.equal(await crawlOf(podcastId), undefined);
});

test("buttons and pages work while connections to the database are cut", async () => {
  for (const numBytes of [0, 100, 300, 600]) {
    const jobId = await parkJob();
    const [winnerId, loserId] = [await insertPodcast(db), await insertPodcast(db)];

    for (const form of [
      { action: "retry", jobId },
      { action: "merge", winnerId, loserId },
      { action: "block", podcastId: winnerId, reason: "A copy" },
    ]) {
      proxy.cutAfter(numBytes);
      assert.equal((await send(form)).status, 303, `${form.action}, cut after ${numBytes} bytes`);
    }
    proxy.cutAfter(numBytes);
    assert.equal((await get("/operator/crawl?list=taken-down")).status, 200);
    proxy.cutAfter(numBytes);
    assert.equal((await get(`/operator/podcasts/${winnerId}`)).status, 200);
    proxy.cutAfter(Number.POSITIVE_INFINITY);
    const [row] = await db.once.execute(sql`select parked_at, num_errors from job where id = ${jobId}::bigint`);
    assert.deepEqual(row, { parked_at: null, num_errors: 0 });
  }
});

test("during an outage of the database the operator gets a 503, and the password is still asked for", async () => {
  await proxy.setFault("refused");
  proxy.cutAll("reset");

  const page = await get("/operator/crawl");
  const stranger = await get("/operator/crawl", {});
  await proxy.setFault("none");

  assert.deepEqual([page.status, stranger.status], [503, 401]);
  assert.equal((await get("/operator/crawl")).status, 200);
});
