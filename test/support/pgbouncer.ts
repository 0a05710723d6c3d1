import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../shared/dev/free-port.ts";

export type Pgbouncer = { url: string; version: string; stop(): void };

/** How the pgbouncers that this machine has are run: Debian's, and a newer one that test/support/newer-pgbouncer.sh puts beside it. */
export function findPgbouncers(): { version: string; command: string[] }[] {
  const newer = process.env.PODCORE_TEST_PGBOUNCER ?? "/opt/podcore-pgbouncer/run";
  return [["/usr/sbin/pgbouncer"], [newer]].flatMap((command) => {
    const [file = ""] = command;
    if (!existsSync(file)) return [];
    const version = /PgBouncer (\S+)/.exec(execFileSync(file, ["--version"], { encoding: "utf8" }))?.[1] ?? "?";
    return [{ version, command }];
  });
}

/** Starts pgbouncer in transaction mode before a database, with its defaults but for the few connections that it has. */
export async function startPgbouncer(
  { command, version }: { command: string[]; version: string },
  {
    databaseUrl,
    poolSize = 8,
    settings = {},
  }: { databaseUrl: string; poolSize?: number; settings?: Record<string, string> },
): Promise<Pgbouncer> {
  const { hostname, port, username, password, pathname } = new URL(databaseUrl);
  const directory = mkdtempSync(join(tmpdir(), "podcore-pgbouncer-"));
  const ownPort = await freePort();
  writeFileSync(join(directory, "users.txt"), `"${username}" "${decodeURIComponent(password)}"\n`);
  const all = {
    listen_addr: "127.0.0.1",
    listen_port: String(ownPort),
    unix_socket_dir: "",
    auth_type: "scram-sha-256",
    auth_file: join(directory, "users.txt"),
    pool_mode: "transaction",
    default_pool_size: String(poolSize),
    max_client_conn: "200",
    logfile: join(directory, "log"),
    ...settings,
  };
  writeFileSync(
    join(directory, "pgbouncer.ini"),
    `[databases]\n* = host=${hostname} port=${port}\n[pgbouncer]\n${Object.entries(all)
      .map(([key, value]) => `${key} = ${value}`)
      .join("\n")}\n`,
  );
  const account = process.getuid?.() === 0 ? nobody() : undefined;
  if (account !== undefined) {
    for (const path of [directory, join(directory, "users.txt"), join(directory, "pgbouncer.ini")]) {
      chownSync(path, account.uid, account.gid);
    }
  }
  const [file = "", ...args] = command;
  const child = spawn(file, [...args, join(directory, "pgbouncer.ini")], { ...account, stdio: "ignore" });
  await untilListening(child, ownPort);
  return {
    url: `postgres://${username}:${password}@127.0.0.1:${ownPort}${pathname}`,
    version,
    stop() {
      child.kill("SIGKILL");
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** It refuses to run as root. */
function nobody(): { uid: number; gid: number } {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((entry) => entry.startsWith("nobody:"));
  const [, , uid, gid] = (line ?? "").split(":");
  return { uid: Number(uid), gid: Number(gid) };
}

async function untilListening(child: ChildProcess, port: number): Promise<void> {
  for (let i = 0; i < 200; i += 1) {
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.on("connect", () => {
        socket.destroy();
        resolve(true);
      });
      socket.on("error", () => resolve(false));
    });
    if (isUp) return;
    if (child.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Cannot start pgbouncer: it ended with ${child.exitCode}`);
}
