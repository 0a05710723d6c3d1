import { sql } from "drizzle-orm";
import { insertPermanentAccount } from "../../../shared/accounts/insert-account.ts";
import { hashPassword } from "../../../shared/auth/password.ts";
import { type Database, openPool } from "../../../shared/db/pool.ts";
import { createVisitor } from "../../support/visitor.ts";
import type { Bench, Row } from "../bench.ts";
import { compare, type Subject, type Table } from "../harness.ts";
import { startServer } from "../server-process.ts";

export default {
  name: "accounts",
  about: "whether the time of a login or a sign-up tells if an e-mail address has an account",
  run,
} satisfies Row;

const LIMITS = { maxRounds: 60, budgetMs: 30_000 };
const [KNOWN, UNKNOWN] = ["known@example.com", "unknown@example.com"];
const PASSWORD = "correct horse";

async function* run(bench: Bench): AsyncGenerator<Table> {
  const databaseUrl = await bench.createDatabase();
  const pool = openPool({ url: databaseUrl, max: 1, applicationName: "podcore-bench" });
  await insertPermanentAccount(pool.db, { email: KNOWN, passwordHash: await hashPassword(PASSWORD) });
  // In development a sign-up needs no mail server; nobody works the job off that it leaves.
  const environment = { DATABASE_URL: databaseUrl, PODCORE_ENV: "development" };
  const [login, signup] = await Promise.all(
    ["web-login", "web-signup"].map(async (name) =>
      startServer({ file: await bench.copyArtifact(name), path: "/health", environment }),
    ),
  );
  if (login === undefined || signup === undefined) return;

  const logIn = subjects({
    db: pool.db,
    url: login.url,
    send: (email) => ({ path: "/login", fields: { email, password: "not the one" } }),
  });
  const logins = await compare(
    [logIn("a login, known address", KNOWN), logIn("a login, unknown address", UNKNOWN)],
    bench.limits(LIMITS),
  );
  yield { title: `a login with a wrong password, ${logins.numRounds} rounds`, ...logins };

  const signUp = subjects({
    db: pool.db,
    url: signup.url,
    send: (email) => ({ path: "/signup", fields: { email, password: PASSWORD, password_confirm: PASSWORD } }),
  });
  const signUps = await compare(
    [signUp("a sign-up, known address", KNOWN), signUp("a sign-up, unknown address", UNKNOWN)],
    bench.limits(LIMITS),
  );
  yield { title: `a sign-up, ${signUps.numRounds} rounds`, ...signUps };

  await Promise.all([login.stop(), signup.stop()]);
  await pool.close();
}

type Asked = { path: string; fields: Record<string, string> };

/** Makes subjects that send a form for an address, as if nobody had tried before. */
function subjects({ db, url, send }: { db: Database; url: string; send(email: string): Asked }) {
  return (name: string, email: string): Subject => ({
    name,
    async measure() {
      await db.once.execute(sql`truncate rate_limit`);
      const { path, fields } = send(email);
      const visitor = createVisitor(url);
      const startedAt = performance.now();
      const { status } = await visitor.post(path, fields);
      const ms = performance.now() - startedAt;
      if (status !== 200) throw new Error(`Cannot post to "${path}": ${status}`);
      return { ms };
    },
  });
}
