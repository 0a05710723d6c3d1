import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { AUDIENCES, ROUTES } from "../../functions/routes.ts";
import { freePort } from "../../shared/dev/free-port.ts";
import { rss } from "../support/feed.ts";
import { startOrigin } from "../support/origin.ts";
import { createDatabase } from "../support/postgres.ts";
import { type Image, startContainer, unpackImage } from "./container.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const ARTIFACTS = [...new Set([...ROUTES.map((route) => route.function), ...AUDIENCES])];

// Half a minute on two idle cores, minutes beside other tests.
const TIMEOUT_MS = 900_000;
// Half as much again as with 14 artifacts, of 1.4 MB each; node alone is 109 and 43 of it.
const MAX_MEGABYTES = { unpacked: 200, sent: 80 };

/**
 * A program for `node -e`: prints what V8 does with the code caches of the artifacts that its arguments name.
 * It compiles them as launch.cjs does.
 */
const CODE_CACHE_CHECK = `
const states = process.argv.slice(1).map((path) => {
  const [code, cachedData] = [fs.readFileSync(path, "latin1"), fs.readFileSync(path + ".cache")];
  const script = new vm.Script(module.constructor.wrap(code), { filename: path, cachedData });
  return [path, script.cachedDataRejected ? "rejected" : "accepted"];
});
console.log(JSON.stringify(Object.fromEntries(states)));`;

describe("the image of knative/image/build.sh", { skip: reasonToSkip(), timeout: TIMEOUT_MS }, () => {
  let folder: string;
  let printed: string;
  let image: Image;

  before(
    async () => {
      folder = await mkdtemp(join(tmpdir(), "podcore-image-"));
      const [script, layout] = [join(ROOT, "knative/image/build.sh"), join(folder, "layout")];
      printed = execFileSync(script, [layout], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
      image = await unpackImage(layout, join(folder, "root"));
    },
    { timeout: TIMEOUT_MS },
  );
  after(() => rm(folder, { recursive: true, force: true }));

  test("holds of the project its artifacts, their code caches, the launcher and the licences alone", async () => {
    const app = await listFiles(join(image.root, "app"));

    const own = ARTIFACTS.flatMap((name) => [`dist/${name}.cjs`, `dist/${name}.cjs.cache`]);
    assert.deepEqual(app.sort(), ["dist/THIRD_PARTY_LICENSES", "launch.cjs", ...own].sort());
  });

  test("holds besides them node, libraries, certificates and what tells of these", async () => {
    const others = (await listFiles(image.root)).filter((path) => !path.startsWith("app/"));

    const known = [
      /^usr\/local\/(bin\/node|LICENSE)$/,
      /^usr\/lib(64|\/[\w-]+-linux-gnu)\/[\w.+-]+\.so[\d.]*$/,
      /^usr\/share\/doc\/[\w.+-]+(\/copyright)?$/,
      /^var\/lib\/dpkg\/status\.d\/[\w.+-]+$/,
      /^(etc|usr\/lib)\/os-release$/,
      /^etc\/(passwd|group|nsswitch\.conf|ssl\/certs\/ca-certificates\.crt)$/,
      // Links.
      /^lib(64)?$/,
    ];
    assert.deepEqual(
      others.filter((path) => !known.some((pattern) => pattern.test(path))),
      [],
    );
    assert.ok(others.includes("usr/local/bin/node"));
    const certificates = await readFile(join(image.root, "etc/ssl/certs/ca-certificates.crt"), "utf8");
    assert.ok(certificates.split("-----BEGIN CERTIFICATE-----").length > 100);
  });

  test("holds nothing that a page for developers is made of", async () => {
    for (const name of ARTIFACTS) {
      assert.doesNotMatch(await readFile(join(image.root, `app/dist/${name}.cjs`), "latin1"), /graphiql/i);
    }
  });

  test("tells the size of each layer, and is no larger than it was meant to be", (t) => {
    t.diagnostic(`\n${printed.slice(printed.indexOf("layer "))}`);

    const [, unpacked, sent] = /^total +([\d.]+) MB +([\d.]+) MB$/m.exec(printed) ?? [];
    assert.ok(Number(unpacked) < MAX_MEGABYTES.unpacked, `${unpacked} MB`);
    assert.ok(Number(sent) < MAX_MEGABYTES.sent, `${sent} MB`);
  });

  test("gives its user nothing to write to but what the runtime mounts", async () => {
    const program = `
      const writable = [];
      for (const path of ["/", "/app", "/app/dist", "/tmp", "/app/dist/web.cjs.cache"]) {
        try { fs.accessSync(path, fs.constants.W_OK); writable.push(path); } catch {}
      }
      console.log(JSON.stringify({ uid: process.getuid(), groups: process.getgroups(), writable }));`;

    const { ended } = await startContainer(image, { entrypoint: ["node"], args: ["-e", program] });

    assert.deepEqual(JSON.parse((await ended).stdout), { uid: 65532, groups: [65532], writable: [] });
  });

  test("has code caches that its node accepts", async () => {
    const artifacts = ARTIFACTS.map((name) => `/app/dist/${name}.cjs`);
    const all = (state: string) => Object.fromEntries(artifacts.map((path) => [path, state]));

    const own = await startContainer(image, { entrypoint: ["node"], args: ["-e", CODE_CACHE_CHECK, ...artifacts] });
    // With another flag it is as good as another V8: so the check can tell.
    const other = await startContainer(image, {
      entrypoint: ["node"],
      args: ["--no-opt", "-e", CODE_CACHE_CHECK, ...artifacts],
    });

    assert.deepEqual(JSON.parse((await own.ended).stdout), all("accepted"));
    assert.deepEqual(JSON.parse((await other.ended).stdout), all("rejected"));
  });

  test("serves a page from Postgres, as its numeric user on a read-only file system", async () => {
    const origin = await startOrigin({ "/feed": rss({ title: "A Show in a Box" }) });
    after(origin.close);
    const port = await freePort();
    const environment = {
      DATABASE_URL: await createDatabase(),
      PODCORE_FETCH_ALLOW: "127.0.0.0/8",
      PORT: String(port),
      PODCORE_SHUTDOWN_GRACE_MS: "0",
    };
    const adder = await startContainer(image, {
      args: ["dist/admin-podcast-add.cjs", "--once", JSON.stringify({ url: `${origin.url}/feed` })],
      environment,
    });
    const added = await adder.ended;
    assert.equal(added.code, 0, added.stderr);
    const web = await startContainer(image, { args: ["dist/web-podcast-get.cjs"], environment });
    await untilHealthy(port);

    const reply = await fetch(`http://127.0.0.1:${port}/podcasts/${JSON.parse(added.stdout).podcastId}`);
    const status = await readFile(`/proc/${web.child.pid}/status`, "utf8");
    web.child.kill("SIGTERM");
    const { code } = await web.ended;

    assert.equal(reply.status, 200);
    assert.match(await reply.text(), /A Show in a Box/);
    assert.match(status, /^Uid:\t65532\t65532\t65532\t65532$/m);
    assert.match(status, /^CapEff:\t0+$/m);
    assert.equal(code, 0);
  });
});

function reasonToSkip(): string | false {
  if (process.getuid?.() !== 0) return "takes root";
  const tools = ["buildah", "apt-get", "dpkg-deb", "strip", "unshare", "setpriv"];
  const missing = tools.filter((tool) => spawnSync(tool, ["--version"]).error !== undefined);
  return missing.length > 0 && `takes ${missing.join(", ")}`;
}

/** What is no folder, below one. */
async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

async function untilHealthy(port: number): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; ) {
    const reply = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined);
    if (reply?.ok) return;
    await setTimeout(20);
  }
  throw new Error(`Nothing healthy at port ${port}`);
}
