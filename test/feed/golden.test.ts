import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { buildSchema, isObjectType } from "graphql";
import { read } from "./feed-xml.ts";

const ROOT = new URL("../../", import.meta.url);
const PAIRS = new URL("golden/", import.meta.url);
const URL_OF_FEED = "https://trains.example/feed.xml";

// A small feed, and what readFeed() makes of it beside it: NAME.xml and NAME.out.json.
const feeds = readdirSync(PAIRS).filter((file) => !file.endsWith(".out.json"));

for (const file of feeds) {
  test(`readFeed() makes of golden/${file} what stands beside it`, async () => {
    const result = await readJson(textOf(file));

    const out = new URL(`${nameOf(file)}.out.json`, PAIRS);
    // Then look at the difference, and format it.
    if (process.env.UPDATE_GOLDEN) writeFileSync(out, JSON.stringify(result, undefined, 2));
    assert.deepEqual(result, JSON.parse(readFileSync(out, "utf8")));
  });
}

type Row = { element: string; where: string; becomes: string; file: string };

const document = readFileSync(new URL("docs/feeds.md", ROOT), "utf8");
const rows = [
  ...document.matchAll(/^\| `([^`]+)` *\| (\w+) *\| (.+?) *\| \[[\w-]+\]\(\.\.\/test\/feed\/golden\/(.+?)\) *\|$/gm),
].map(([, element = "", where = "", becomes = "", file = ""]): Row => ({ element, where, becomes, file }));

test(`docs/feeds.md has ${rows.length} rows, each of which names a pair, and ${feeds.length} pairs, each of which a row names`, () => {
  const numLines = document.split("\n").filter((line) => line.startsWith("| `")).length;

  assert.equal(rows.length, numLines, "each row is: element, where it stands, what becomes of it, link to a pair");
  assert.ok(rows.length > 200, `${rows.length} rows`);
  assert.deepEqual([...new Set(rows.map(({ file }) => file))].sort(), feeds.sort());
  const names = rows.map(({ element, where, file }) => `${file} ${where} ${element}`);
  assert.deepEqual(
    names.filter((name, i) => names.indexOf(name) !== i),
    [],
    "rows that are there twice",
  );
});

test("docs/feeds.md says of each element whether it is read, as a feed without it shows", async () => {
  const wrong: string[] = [];
  for (const { element, where, becomes, file } of rows) {
    const text = textOf(file);
    const without = file.endsWith(".json")
      ? withoutKey(text, { element, where })
      : withoutElement(text, { element, where });
    if (without === text) wrong.push(`${file} has no ${element} in its ${where}`);
    const result = await readJson(without).catch(({ message }: Error) => message);
    const isRead = JSON.stringify(result) !== JSON.stringify(await readJson(text));
    if (isRead === becomes.startsWith("Not read")) wrong.push(`${file}: ${element} is ${isRead ? "" : "not "}read`);
  }

  assert.deepEqual(wrong, []);
});

test("docs/feeds.md names fields that the API has", () => {
  const schema = buildSchema(readFileSync(new URL("shared/graphql/schema.graphql", ROOT), "utf8"));

  const unknown = [...document.matchAll(/`([A-Z]\w+)\.(\w+)`/g)].filter(([, type = "", field = ""]) => {
    const found = schema.getType(type);
    return !isObjectType(found) || !Object.hasOwn(found.getFields(), field);
  });

  assert.deepEqual(
    unknown.map(([name]) => name),
    [],
  );
});

async function readJson(text: string): Promise<unknown> {
  const feed = await read(text, { url: URL_OF_FEED });
  const episodes = feed.episodes.map(({ guidSha256, ...episode }) => ({ ...episode, key: guidSha256.toString("hex") }));
  return JSON.parse(JSON.stringify({ ...feed, episodes }));
}

function textOf(file: string): string {
  return readFileSync(new URL(file, PAIRS), "utf8");
}

function nameOf(file: string): string {
  return file.replace(/\.\w+$/, "");
}

type Place = Pick<Row, "element" | "where">;

/** Removes an element, such as `link` or `link rel="enclosure"`, from the channel or from the items. */
function withoutElement(xml: string, { element, where }: Place): string {
  const [name = "", attribute = ""] = element.split(" ");
  const pattern = new RegExp(`<${name}(?=[\\s/>])[^>]*${attribute}[^>]*?(?:/>|>.*?</${name}>)`, "gs");
  const start = xml.search(/<(?:item|entry|podcast:liveItem)[\s>]/);
  const [channel, items] = start < 0 ? [xml, ""] : [xml.slice(0, start), xml.slice(start)];
  return where === "channel" ? channel.replace(pattern, "") + items : channel + items.replace(pattern, "");
}

/** Removes a key of a JSON Feed, such as `title` or `attachments.url`. */
function withoutKey(text: string, { element, where }: Place): string {
  const feed = JSON.parse(text);
  const [first = "", second] = element.split(".");
  for (const holder of where === "channel" ? [feed] : feed.items) {
    if (second === undefined) delete holder[first];
    else for (const entry of [holder[first] ?? []].flat()) delete entry[second];
  }
  return JSON.stringify(feed, undefined, 2) === JSON.stringify(JSON.parse(text), undefined, 2)
    ? text
    : JSON.stringify(feed);
}
