import assert from "node:assert/strict";
import test from "node:test";
import { replaceKnownBrowser } from "../../shared/accounts/sign-in.ts";
import { findKnownBrowser } from "../../shared/auth/login-limit.ts";
import { accountBrowser } from "../../shared/db/schema.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount } from "../support/rows.ts";

const { db } = createContext({ databaseUrl: await createDatabase() });

test("replaceKnownBrowser() has every account know the new cookie, where it knows both, too, and can be repeated", async () => {
  const [from, to] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  const [ada, bob] = [await insertAccount(db, { email: "ada@x.org" }), await insertAccount(db, { email: "bob@x.org" })];
  await db.once.insert(accountBrowser).values([
    { accountId: ada, browserSha256: from },
    { accountId: bob, browserSha256: from },
    { accountId: bob, browserSha256: to },
  ]);

  await replaceKnownBrowser(db, { from, to });
  await replaceKnownBrowser(db, { from, to });

  for (const email of ["ada@x.org", "BOB@x.org"]) {
    assert.equal(await findKnownBrowser(db, { email, browserSha256: to }), true);
    assert.equal(await findKnownBrowser(db, { email, browserSha256: from }), false);
  }
});
