import assert from "node:assert/strict";
import test from "node:test";
import { parse, validate } from "graphql";
import { readConfig } from "../../shared/config.ts";
import { helloText } from "../../shared/dev/hello.ts";
import { apiSchema } from "../../shared/graphql/schema.ts";

const hello = (environment: Record<string, string>, samplePageUrl?: string, shownToken?: string) =>
  helloText({ config: readConfig(environment), database: "DATABASE_URL", samplePageUrl, shownToken, watches: false });

test("helloText() shows a query that the API takes", () => {
  const [, body = ""] = /-d '(.*)'$/m.exec(hello({ PODCORE_ENV: "development" })) ?? [];

  const { query } = JSON.parse(body);

  assert.deepEqual(validate(apiSchema(), parse(query)), []);
});

test("helloText() says that push is off, unless the site is on the internet", () => {
  const local = hello({});
  const onTheInternet = hello({ PODCORE_PUBLIC_URL: "https://podcore.example.com" });

  assert.match(local, /Push +off: set PODCORE_PUBLIC_URL/);
  assert.doesNotMatch(onTheInternet, /Push/);
});

test("helloText() shows the password of the operator's pages only where it is given one to show", () => {
  const token = "a".repeat(64);
  const given = hello({ PODCORE_OPERATOR_TOKEN: token });
  const generated = hello({ PODCORE_OPERATOR_TOKEN: token }, undefined, token);

  assert.match(given, /\/operator\/crawl, .*PODCORE_OPERATOR_TOKEN$/m);
  assert.doesNotMatch(given, /aaaa/);
  assert.match(generated, new RegExp(`/operator/crawl, .*${token}$`, "m"));
});

test("helloText() speaks of the form and the sample only where they are", () => {
  const development = hello({ PODCORE_ENV: "development" }, "http://localhost:8080/sample");
  const production = hello({ PODCORE_ENV: "production" });

  assert.match(development, /open http:\/\/localhost:8080\/sample and add/);
  assert.match(development, /paste a feed's URL/);
  assert.doesNotMatch(production, /paste|sample/);
  assert.match(production, /log in at http:\/\/localhost:8080\/login/);
});
