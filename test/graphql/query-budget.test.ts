import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { sql } from "drizzle-orm";
import { UserError } from "../../shared/errors.ts";
import { spend } from "../../shared/graphql/query-budget.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";

const BLOCK = 30_000;
// The process's own block, and those that Postgres counts.
const BLOCKS = 21;

const ctx = createContext({ databaseUrl: await createDatabase() });
let subject = 0;

beforeEach(() => {
  subject += 1;
});

function asking(address = `203.0.${subject}.7`, at = new Date()) {
  return { config: ctx.config, db: ctx.db, now: () => at, caller: { ...ctx.caller, address } };
}

async function numCounted(name: string): Promise<number | undefined> {
  const [row] = await ctx.db.once.execute<{ num_taken: number }>(
    sql`select num_taken from rate_limit where kind = 'graphql' and subject = ${name}`,
  );
  return row?.num_taken;
}

test("spend() asks Postgres for nothing within the first block, and for one count a block after it", async () => {
  const name = `203.0.${subject}.0/24`;
  for (let i = 0; i < 30; i += 1) await spend(asking(), BLOCK / 30);
  const first = await numCounted(name);

  await Promise.all(Array.from({ length: 30 }, () => spend(asking(), BLOCK / 30)));

  assert.deepEqual([first, await numCounted(name)], [undefined, 1]);
});

test("spend() refuses with 429 when the budget is empty, and says when to try again", async () => {
  for (let i = 0; i < BLOCKS; i += 1) await spend(asking(), BLOCK);

  const error = await spend(asking(), 1).catch((cause: unknown) => cause);

  assert.ok(error instanceof UserError);
  assert.equal(error.status, 429);
  assert.match(
    error.message,
    /^Too many requests: this network has used up its budget of GraphQL queries. Try again in \d+ s, or use an API key/,
  );
  const seconds = Number(error.headers["retry-after"]);
  assert.ok(seconds > 500 && seconds <= 600, `${seconds}`);
});

test("spend() begins anew when the window is over", async () => {
  for (let i = 0; i < BLOCKS; i += 1) await spend(asking(), BLOCK);
  await assert.rejects(spend(asking(), 1));

  await spend(asking(undefined, new Date(Date.now() + 601_000)), 1);
});

test("spend() counts an account apart from its network, and networks apart from each other", async () => {
  for (let i = 0; i < BLOCKS; i += 1) await spend(asking(), BLOCK);
  await assert.rejects(spend(asking(), 1));
  const account = { id: subject, email: null };

  await spend({ ...asking(), caller: { ...asking().caller, account } }, 1);
  await spend(asking("198.51.100.1"), 1);

  await assert.rejects(spend(asking(`203.0.${subject}.8`), 1));
});

test("spend() gives callers of unknown addresses twenty times as much together, and accounts behind them their own", async () => {
  const unknown = asking("10.0.0.1");
  for (let i = 0; i < 401; i += 1) await spend(unknown, BLOCK);
  await assert.rejects(spend(asking("10.0.0.2"), 1), /429|Too many/);

  await spend({ ...unknown, caller: { ...unknown.caller, account: { id: 1_000, email: null } } }, 1);
});

test("spend() takes nothing when Postgres cannot be asked", async () => {
  await spend(asking(), BLOCK);
  const broken = {
    ...asking(),
    get db(): never {
      throw new Error("down");
    },
  };

  await assert.rejects(spend(broken, 1), /down/);

  await spend(asking(), 1);
  assert.equal(await numCounted(`203.0.${subject}.0/24`), 1);
});
