import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { join, resolve } from "node:path";
import test, { after } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { freePort } from "../../../shared/dev/free-port.ts";
import { AS_OPERATOR, OPERATOR_TOKEN, sendPing, startArtifact } from "../../support/artifact.ts";
import { distFolder } from "../../support/dist.ts";
import { rss } from "../../support/feed.ts";
import { hubLinks, startHub } from "../../support/hub.ts";
import { startOrigin } from "../../support/origin.ts";
import { createDatabase } from "../../support/postgres.ts";

// What the requirement allows. It takes some hundred milliseconds.
const PATIENCE_MS = 10_000;

const databaseUrl = await createDatabase();
const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
after(() => sql.end());
const environment = {
  DATABASE_URL: databaseUrl,
  PODCORE_FETCH_ALLOW: "127.0.0.0/8",
  PODCORE_PUBLIC_URL: "http://127.0.0.1:1",
};
const internal = await startArtifact({
  name: "internal",
  environment: { ...environment, PODCORE_OPERATOR_TOKEN: OPERATOR_TOKEN },
});
const web = await startArtifact({
  name: "web",
  environment: { ...environment, PODCORE_WORK_URL: `${internal.url}/tick/work` },
});
const feeds: Record<string, string> = {};
const origin = await startOrigin(feeds);
after(origin.close);

async function titlesOf(podcastId: number): Promise<string[]> {
  const query = `{ podcastById(id: "${podcastId}") { episodes(first: 10) { nodes { title } } } }`;
  const reply = await fetch(`${web.url}/graphql?${new URLSearchParams({ query })}`);
  const { data }: { data: { podcastById: { episodes: { nodes: { title: string }[] } } } } = JSON.parse(
    await reply.text(),
  );
  return data.podcastById.episodes.nodes.map(({ title }) => title);
}

test("an episode is in the API soon after its hub pushes, without a tick", async () => {
  const hub = await startHub({ reaches: web.url });
  after(hub.close);
  const topic = `${origin.url}/feed`;
  feeds["/feed"] = rss({ extra: hubLinks(hub, topic) });
  const added = await fetch(`${internal.url}/admin/podcast-add`, {
    method: "POST",
    headers: { "content-type": "application/json", ...AS_OPERATOR },
    body: JSON.stringify({ url: topic }),
  });
  const { podcastId }: { podcastId: number } = JSON.parse(await added.text());
  await sendPing(`${internal.url}/tick/work`);
  await hub.settle();
  await sql`update podcast_crawl set last_attempted_at = last_attempted_at - interval '2 minutes'`;
  feeds["/feed"] = rss({ items: [{ guid: "2", title: "The pushed one" }, { guid: "1" }], extra: hubLinks(hub, topic) });
  const pushedAt = performance.now();

  const status = await hub.push(hub.subscriptionTo(topic));

  assert.equal(status, 204);
  while (!(await titlesOf(podcastId)).includes("The pushed one")) {
    assert.ok(performance.now() - pushedAt < PATIENCE_MS, internal.output());
    await sleep(20);
  }
});

test("a push's signature is checked under the functions framework's own command too", async () => {
  const port = await freePort();
  const command = resolve(distFolder(), "../node_modules/.bin/functions-framework");
  const source = join(distFolder(), "api-push-callback.cjs");
  const args = [`--source=${source}`, "--target=api-push-callback", `--port=${port}`];
  const child = spawn(process.execPath, [command, ...args], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: "ignore",
  });
  after(() => child.kill("SIGKILL"));
  const [token, secret] = ["T".repeat(43), "S".repeat(43)];
  await sql`
    with added as (insert into podcast (title, namespace, feed_kind) values ('A', '{}', 'rss') returning id)
    insert into podcast_push (podcast_id, hub_url, topic_url, token, secret)
    select id, 'https://hub.example.com/', 'https://show.example.com/', ${token}, ${secret} from added`;
  const url = `http://127.0.0.1:${port}/push/${token}`;
  const send = (key: string) =>
    fetch(url, {
      method: "POST",
      headers: { "x-hub-signature": `sha256=${createHmac("sha256", key).update("<rss/>").digest("hex")}` },
      body: "<rss/>",
    });

  const wrong = await untilAnswered(() => send("another secret"));
  const deliveredBefore = await deliveredAt(token);
  const right = await send(secret);

  assert.deepEqual([wrong.status, right.status], [204, 204]);
  assert.equal(deliveredBefore, null);
  assert.ok((await deliveredAt(token)) instanceof Date);
});

async function deliveredAt(token: string): Promise<unknown> {
  const [row] = await sql`select delivered_at from podcast_push where token = ${token}`;
  return row?.delivered_at;
}

async function untilAnswered(send: () => Promise<Response>): Promise<Response> {
  for (;;) {
    const reply = await send().catch(() => undefined);
    if (reply !== undefined) return reply;
    await sleep(50);
  }
}

test("a callback takes bodies larger than other functions do, and answers probes of its kind only", async () => {
  const path = `${web.url}/push/${"A".repeat(43)}`;

  const pushed = await fetch(path, { method: "POST", body: Buffer.alloc(1_000_000) });
  const asked = await fetch(path);
  const put = await fetch(path, { method: "PUT", body: "" });

  assert.deepEqual([pushed.status, asked.status, put.status], [410, 404, 405]);
  assert.equal(await pushed.text(), "");
});
