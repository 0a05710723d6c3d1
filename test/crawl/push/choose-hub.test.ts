import assert from "node:assert/strict";
import test from "node:test";
import { chooseHub } from "../../../shared/crawl/push/choose-hub.ts";
import { read } from "../../feed/feed-xml.ts";

const FEED_URL = "https://show.example.com/feed";
const ATOM = 'xmlns:atom="http://www.w3.org/2005/Atom"';

async function hubOf(channel: string, link?: string) {
  const feed = await read(`<rss version="2.0" ${ATOM}><channel><title>A</title>${channel}</channel></rss>`);
  return chooseHub({ feed, feedUrl: FEED_URL, reply: { url: "https://cdn.example.com/feed", headers: { link } } });
}

test("chooseHub() takes hub and topic from the document", async () => {
  const hub = await hubOf(
    '<atom:link rel="self" href="https://show.example.com/own"/><atom:link rel="hub" href="https://hub.example.com"/>',
  );

  assert.deepEqual(hub, { hubUrl: "https://hub.example.com/", topicUrl: "https://show.example.com/own" });
});

test("chooseHub() prefers the Link header's", async () => {
  const hub = await hubOf(
    '<atom:link rel="self" href="https://show.example.com/own"/><atom:link rel="hub" href="https://hub.example.com"/>',
    '</hub>; rel="hub", <https://cdn.example.com/topic>; rel="self"; title="a, b"',
  );

  assert.deepEqual(hub, { hubUrl: "https://cdn.example.com/hub", topicUrl: "https://cdn.example.com/topic" });
});

test("chooseHub() prefers a hub over https, and names the feed by its URL if it has no other", async () => {
  const hub = await hubOf(
    '<link rel="hub" href="http://a.example.com/"/><link rel="other HUB" href="https://b.example.com/"/>',
  );

  assert.deepEqual(hub, { hubUrl: "https://b.example.com/", topicUrl: FEED_URL });
});

test("chooseHub() reads an Atom feed's links", async () => {
  const feed = await read(
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><link rel="hub" href="https://hub.example.com/"/><link rel="self" href="/own"/></feed>',
  );

  const hub = chooseHub({ feed, feedUrl: FEED_URL });

  assert.equal(hub?.hubUrl, "https://hub.example.com/");
  assert.match(hub?.topicUrl ?? "", /\/own$/);
});

for (const [name, channel] of [
  ["no hub", '<atom:link rel="self" href="https://show.example.com/own"/>'],
  ["a hub that is no web URL", '<atom:link rel="hub" href="javascript:alert(1)"/>'],
  ["a hub without a URL", '<atom:link rel="hub"/>'],
  ["an item's hub", '<item><title>1</title><atom:link rel="hub" href="https://hub.example.com/"/></item>'],
  [
    "a topic with a secret",
    '<atom:link rel="hub" href="https://hub.example.com/"/><atom:link rel="self" href="https://a:b@show.example.com/"/>',
  ],
] as const) {
  test(`chooseHub() finds none in a feed with ${name}`, async () => {
    assert.equal(await hubOf(channel), undefined);
  });
}
