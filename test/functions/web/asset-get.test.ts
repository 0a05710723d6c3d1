import assert from "node:assert/strict";
import { test } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import assetGet from "../../../functions/web/asset-get.ts";
import { assetPath } from "../../../shared/web/asset-path.ts";
import { ASSET_VERSION } from "../../../shared/web/asset-version.gen.ts";
import { production } from "../../web/pages.ts";
import { callPage } from "./call.ts";

function callAsset(version: string, file: string) {
  return callPage(assetGet, { ctx: production, path: `/assets/${version}/${file}`, params: { version, file } });
}

test("asset-get serves the style sheet at the path that pages link, for good", async () => {
  const { headers, body } = await callAsset(ASSET_VERSION, "app.css");

  assert.equal(assetPath("app.css"), `/assets/${ASSET_VERSION}/app.css`);
  assert.equal(headers["content-type"], "text/css; charset=utf-8");
  assert.equal(headers["cache-control"], "public, max-age=31536000, immutable");
  assert.match(body.toString(), /prefers-color-scheme: dark/);
});

test("asset-get serves what it has under another version's path, briefly", async () => {
  const { headers, body } = await callAsset("0123456789ab", "icon.svg");

  assert.equal(headers["content-type"], "image/svg+xml");
  assert.equal(headers["cache-control"], "public, max-age=60");
  assert.match(body.toString(), /^<svg /);
});

test("asset-get serves the paths that browsers and crawlers ask by themselves", async () => {
  const icon = await callPage(assetGet, { ctx: production, path: "/favicon.ico" });
  const robots = await callPage(assetGet, { ctx: production, path: "/robots.txt" });

  assert.equal(icon.headers["content-type"], "image/svg+xml");
  assert.equal(robots.headers["content-type"], "text/plain; charset=utf-8");
  assert.match(robots.body.toString(), /^User-agent: \*\n(Disallow: \/[a-z-]+\/?\n)+$/);
});

test("asset-get serves the pages' script", async () => {
  const { headers, body } = await callAsset(ASSET_VERSION, "app.js");

  assert.equal(headers["content-type"], "text/javascript; charset=utf-8");
  assert.match(body.toString(), /form\.toggle/);
});

for (const file of ["app.ts", "__proto__", "constructor", "..%2fpackage.json"]) {
  test(`asset-get answers 404 for "${file}"`, async () => {
    await assert.rejects(callAsset(ASSET_VERSION, file), { status: 404 });
  });
}

for (const file of ["app.css", "app.js", "icon.svg"]) {
  test(`asset-get has ${file} compressed beforehand, with the same content`, async () => {
    const { body, encoded } = await callAsset(ASSET_VERSION, file);

    assert.ok(encoded, "nothing is compressed");
    assert.equal(brotliDecompressSync(encoded.br).toString(), body.toString());
    assert.equal(gunzipSync(encoded.gzip).toString(), body.toString());
  });
}
