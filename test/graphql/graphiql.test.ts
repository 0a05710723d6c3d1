import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { readConfig } from "../../shared/config.ts";
import { createGateway } from "../../shared/dev/gateway.ts";
import { graphiqlReply } from "../../shared/dev/graphiql.ts";
import { launchBrowser, skipsBrowser } from "../web/browser.ts";

test("graphiqlReply() serves a page and every file that it asks for, with no address of another host", () => {
  const page = graphiqlReply("/graphiql");
  const html = page?.body.toString() ?? "";
  const paths = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? "");
  const own = paths.filter((path) => path !== "data:,");

  assert.equal(page?.headers["content-type"], "text/html; charset=utf-8");
  assert.equal(own.length, 5);
  for (const path of own) {
    const reply = graphiqlReply(path);
    assert.equal(reply?.status, 200, path);
    assert.match(reply?.headers["content-type"] ?? "", path.endsWith(".css") ? /^text\/css/ : /^text\/javascript/);
    assert.equal(reply?.headers["x-content-type-options"], "nosniff", path);
    assert.ok((reply?.body.length ?? 0) > (path === "/graphiql/open.js" ? 100 : 10_000), path);
  }
  assert.doesNotMatch(html, /https?:/);
});

test("graphiqlReply() opens GraphiQL under a policy that allows no inline script and no frame", {
  skip: skipsBrowser,
}, async () => {
  const gateway = createGateway(() => undefined, readConfig({}));
  gateway.listen(0, "127.0.0.1");
  await once(gateway, "listening");
  const browser = await launchBrowser();
  after(async () => {
    await browser.close();
    gateway.close();
    gateway.closeAllConnections();
  });
  const page = await browser.newPage();
  const messages: string[] = [];
  page.on("console", (message) => messages.push(message.text()));

  // A server that listens on TCP has an AddressInfo.
  const { port } = gateway.address() as AddressInfo;
  const reply = await page.goto(`http://127.0.0.1:${port}/graphiql`);
  await page.locator(".graphiql-query-editor .CodeMirror").waitFor();

  const policy = reply?.headers()["content-security-policy"] ?? "";
  assert.match(policy, /script-src 'self';/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.deepEqual(
    messages.filter((message) => /Content Security Policy/i.test(message)),
    [],
  );
});

for (const path of [
  "/",
  "/graphql",
  "/graphiql/",
  "/graphiql/../package.json",
  "/graphiql/constructor",
  "constructor",
  "__proto__",
]) {
  test(`graphiqlReply() leaves "${path}" to others`, () => {
    const reply = graphiqlReply(path);

    assert.equal(reply, undefined);
  });
}
