// What postgres 3.4.9 does wrong with connections that end, and why shared/db/connection.ts uses each of its clients for
// one connection alone. A test that fails here says that the driver was mended: see then what can be simplified.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { openConnection } from "../../shared/db/connection.ts";
import { startFaultProxy } from "../support/fault-proxy.ts";
import { createDatabase } from "../support/postgres.ts";

const databaseUrl = await createDatabase();
const { hostname: host, port } = new URL(databaseUrl);
const proxy = await startFaultProxy({ host, port: Number(port) });
after(proxy.close);
const proxyUrl = databaseUrl.replace(`:${port}/`, `:${proxy.port}/`);

const MENDED = "the driver was mended: its guard in shared/db/connection.ts may go";

test("the driver begins a result with holes after one that was broken off, and a connection of ours says so", async () => {
  const broken = "select 1 / (3 - g) from generate_series(1, 3) g";
  const sql = postgres(databaseUrl, { max: 1, fetch_types: false });
  await sql.unsafe(broken).catch(() => {});
  const rows = await sql.unsafe("select 42 as x");
  await sql.end();
  const connection = await openConnection({
    url: databaseUrl,
    endpoint: { host, port: Number(port) },
    parameters: { application_name: "podcore-defects" },
  });
  const options = { asValues: false, signal: new AbortController().signal, timeoutMs: 5_000, isPrepared: false };
  await connection.run(broken, [], options).catch(() => {});

  const reading = connection.run("select 42 as x", [], options);

  assert.equal(rows.length, 3, MENDED);
  assert.equal(connection.isClean, false);
  await assert.rejects(reading, { code: "WRONG_RESULT" });
  connection.close();
});

test("the driver loses a connection for good whose socket cannot be opened", async () => {
  let isAway = true;
  const socket = () => {
    if (isAway) throw new Error("away");
    throw new Error("asked again");
  };
  const sql = postgres(databaseUrl, { max: 1, ...({ socket } as object) });
  await sql`select 1`.catch(() => {});
  isAway = false;

  const second = await Promise.race([
    sql`select 1`.then(
      () => "answered",
      (error: Error) => error.message,
    ),
    sleep(1_000, "hangs"),
  ]);

  assert.equal(second, "hangs", MENDED);
});

test("the driver connects without end or pause while a server closes what connects (#1193)", async () => {
  await proxy.setFault("closed");
  const sql = postgres(proxyUrl, { max: 1, fetch_types: false, connect_timeout: 1 });
  const asking = Promise.race([sql`select 1`.catch((error: Error) => error.message), sleep(1_500, "hangs")]);

  const outcome = await asking;
  await proxy.setFault("none");
  void sql.end({ timeout: 0 });

  assert.equal(outcome, "hangs", MENDED);
});

test("the driver ends the process when a connection is lost within a transaction (#1154, #1208, #1176)", async () => {
  const program = `
    import postgres from "postgres";
    const sql = postgres(process.env.URL, { max: 2, fetch_types: false });
    const admin = postgres(process.env.URL, { max: 1, fetch_types: false });
    for (let i = 0; i < 20; i += 1) {
      await sql.begin(async (tx) => {
        const [{ pid }] = await tx\`select pg_backend_pid() as pid\`;
        await admin\`select pg_terminate_backend(\${pid})\`;
        await new Promise((resolve) => setTimeout(resolve, 20));
        await tx\`select 1\`;
      }).catch(() => {});
    }
    process.exit(0);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    cwd: `${import.meta.dirname}/../..`,
    env: { ...process.env, URL: databaseUrl },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let text = "";
  child.stderr.on("data", (chunk) => {
    text += chunk;
  });

  const [code] = await once(child, "close");

  assert.match(text, /Cannot read properties of null \(reading 'write'\)/, `${MENDED}: ended with ${code}`);
});
