import assert from "node:assert/strict";
import test from "node:test";
import { parse, validate } from "graphql";
import { readConfig } from "../../shared/config.ts";
import { helloText } from "../../shared/dev/hello.ts";
import { apiSchema } from "../../shared/graphql/schema.ts";

const hello = (environment: Record<string, string>, samplePageUrl?: string) =>
  helloText({ config: readConfig(environment), database: "DATABASE_URL", samplePageUrl, watches: false });

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

test("helloText() speaks of the form and the sample only where they are", () => {
  const development = hello({ PODCORE_ENV: "development" }, "http://localhost:8080/sample");
  const production = hello({ PODCORE_ENV: "production" });

  assert.match(development, /open http:\/\/localhost:8080\/sample and add/);
  assert.match(development, /paste a feed's URL/);
  assert.doesNotMatch(production, /paste|sample/);
  assert.match(production, /log in at http:\/\/localhost:8080\/login/);
});
