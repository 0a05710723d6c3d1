import assert from "node:assert/strict";
import { test } from "node:test";
import { graphiqlReply } from "../../shared/dev/graphiql.ts";

test("graphiqlReply() serves a page and every file that it asks for, with no address of another host", () => {
  const page = graphiqlReply("/graphiql");
  const html = page?.body.toString() ?? "";
  const paths = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? "");
  const own = paths.filter((path) => path !== "data:,");

  assert.equal(page?.headers["content-type"], "text/html; charset=utf-8");
  assert.equal(own.length, 4);
  for (const path of own) {
    const reply = graphiqlReply(path);
    assert.equal(reply?.status, 200, path);
    assert.match(reply?.headers["content-type"] ?? "", path.endsWith(".css") ? /^text\/css/ : /^text\/javascript/);
    assert.ok((reply?.body.length ?? 0) > 10_000, path);
  }
  assert.doesNotMatch(html, /https?:/);
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
