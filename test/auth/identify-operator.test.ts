import assert from "node:assert/strict";
import test from "node:test";
import { identifyOperator } from "../../shared/auth/identify-operator.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";

const TOKEN = "operator-token-of-more-than-32-characters";
const lines: string[] = [];
const databaseUrl = await createDatabase();
const contextOf = (environment: Record<string, string>) =>
  createContext({ databaseUrl, environment, writeLog: (line) => lines.push(line) });
const ctx = contextOf({ PODCORE_OPERATOR_TOKEN: TOKEN });

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString("base64")}`;
const request = (authorization?: string) => ({
  ...{ method: "GET", path: "/operator/crawl", query: new URLSearchParams(), body: Buffer.alloc(0) },
  headers: authorization === undefined ? {} : { authorization },
  remoteAddress: "203.0.113.7",
});

test("identifyOperator() admits the token as the password of any user", async () => {
  for (const pair of [`operator:${TOKEN}`, `:${TOKEN}`]) {
    const caller = await identifyOperator(ctx, request(basic(pair)));

    assert.deepEqual([caller.account, caller.credential, caller.address], [undefined, undefined, "203.0.113.7"]);
  }
  await identifyOperator(ctx, request(basic(`a:${TOKEN}`).replace("Basic", "bAsIc ")));
});

test("identifyOperator() refuses everything else with a challenge, and logs wrong passwords without their text", async () => {
  const wrong = ["operator:", `operator:${TOKEN}x`, `operator:${TOKEN.slice(1)}`, TOKEN, `${TOKEN}:`, `a:b:${TOKEN}`];
  const headers = [undefined, `Bearer ${TOKEN}`, "Basic", "Basic !!!!", ...wrong.map(basic)];
  lines.length = 0;

  for (const header of headers) {
    await assert.rejects(identifyOperator(ctx, request(header)), (error: { status?: number; headers?: object }) => {
      assert.equal(error.status, 401, header);
      assert.deepEqual(error.headers, { "www-authenticate": 'Basic realm="podcore operator", charset="UTF-8"' });
      return true;
    });
  }

  assert.match(lines.join(""), /Operator refused: wrong token/);
  assert.doesNotMatch(lines.join(""), /operator-token/);
});

test("identifyOperator() says that there are no pages if no token is set", async () => {
  for (const header of [undefined, basic("operator:"), basic("operator:undefined")])
    await assert.rejects(identifyOperator(contextOf({}), request(header)), { status: 404 });
});
