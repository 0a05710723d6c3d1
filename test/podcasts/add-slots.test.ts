import assert from "node:assert/strict";
import test from "node:test";
import type { Context } from "../../shared/context.ts";
import { UserError } from "../../shared/errors.ts";
import { withinAddSlot } from "../../shared/podcasts/add-slots.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";

const ctx = createContext({ databaseUrl: await createDatabase() });

function asAccount(id: number): Context {
  return ctx.with({ caller: { ...ctx.caller, account: { id, email: `${id}@example.com` } } });
}

/** Starts an add that lasts until the returned function is called. */
function hold(context: Context) {
  const { promise, resolve } = Promise.withResolvers<string>();
  let isInside = false;
  const done = withinAddSlot(context, () => {
    isInside = true;
    return promise;
  });
  return { done, end: () => resolve("added"), isInside: () => isInside };
}

const statusOf = (error: unknown) => (error instanceof UserError ? error.status : error);

test("withinAddSlot() lets an account add two podcasts at a time, and others beside it", async () => {
  const own = [hold(asAccount(1)), hold(asAccount(1))];

  const refused = await withinAddSlot(asAccount(1), async () => "added").catch(statusOf);
  const other = await withinAddSlot(asAccount(2), async () => "added");
  for (const one of own) one.end();
  await Promise.all(own.map(({ done }) => done));
  const again = await withinAddSlot(asAccount(1), async () => "added");

  assert.deepEqual([refused, other, again], [429, "added", "added"]);
});

test("withinAddSlot() counts visitors by address, unless a load balancer gives all of them the same one", async () => {
  const at = (address: string) => ctx.with({ caller: { ...ctx.caller, address } });
  const held = ["203.0.113.7", "203.0.113.7", "10.0.0.5", "10.0.0.5"].map((address) => hold(at(address)));

  const own = await withinAddSlot(at("203.0.113.7"), async () => "added").catch(statusOf);
  const shared = await withinAddSlot(at("10.0.0.5"), async () => "added").catch(statusOf);
  for (const one of held) one.end();
  await Promise.all(held.map(({ done }) => done));

  assert.deepEqual([own, shared], [429, "added"]);
});

test("withinAddSlot() lets eight in at a time, has 24 more wait in turn, and refuses the rest with a 503", async () => {
  const held = Array.from({ length: 32 }, (_, i) => hold(asAccount(100 + Math.floor(i / 2))));
  await new Promise((wake) => setImmediate(wake));

  const refused = await withinAddSlot(asAccount(1), async () => "added").catch(statusOf);
  const numInside = held.filter(({ isInside }) => isInside()).length;
  for (const one of held) one.end();
  const results = await Promise.all(held.map(({ done }) => done));

  assert.deepEqual([refused, numInside, results.length], [503, 8, 32]);
  assert.equal(await withinAddSlot(asAccount(1), async () => "added"), "added");
});

test("withinAddSlot() gives its place up, when the call ends while it waits", async () => {
  const held = Array.from({ length: 8 }, (_, i) => hold(asAccount(200 + i)));
  const givenUp = new AbortController();
  const waiting = withinAddSlot(asAccount(1).with({ signal: givenUp.signal }), async () => "added");

  givenUp.abort(new Error("The client has hung up"));

  await assert.rejects(waiting, /hung up/);
  for (const one of held) one.end();
  await Promise.all(held.map(({ done }) => done));
  assert.equal(await withinAddSlot(asAccount(1), async () => "added"), "added");
});
