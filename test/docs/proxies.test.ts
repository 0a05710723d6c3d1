import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { freePort } from "../../shared/dev/free-port.ts";
import { authority, goodCert, key } from "../fetch/certificates.ts";
import { startArtifact } from "../support/artifact.ts";
import { startOrigin } from "../support/origin.ts";
import { DEPLOY } from "./compose.ts";
import { findProgram } from "./find-program.ts";

const nginx = findProgram("nginx");
const caddy = findProgram("caddy");
const STYLE = "a { color: red }\n".repeat(500);

type Answer = { status: number | undefined; encoding: string | undefined; location: string | undefined };

/** Asks as a browser that compression suits, and that wants to be taken for another address. */
function ask(url: string): Promise<Answer> {
  const request = url.startsWith("https:") ? requestHttps : requestHttp;
  const headers = { "accept-encoding": "gzip", "x-forwarded-for": "198.51.100.7", "x-forwarded-proto": "gopher" };
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers, ca: authority }, (reply) => {
      reply.resume();
      const { "content-encoding": encoding, location } = reply.headers;
      resolve({ status: reply.statusCode, encoding, location });
    });
    asked.on("error", reject).end();
  });
}

/** Runs a proxy until the test's end, and resolves when it listens. */
async function run(program: string, args: string[], { url, env = {} }: { url: string; env?: NodeJS.ProcessEnv }) {
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, ...env } });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk;
  });
  const exited = once(child, "exit");
  after(async () => {
    child.kill("SIGTERM");
    await exited;
  });
  while (child.exitCode === null) {
    const isUp = await ask(url).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await sleep(50);
  }
  assert.fail(`${program} ended: ${said}`);
}

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "podcore-proxy-"));
  after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function startUpstream() {
  const upstream = await startOrigin({
    "/app.css": { headers: { "content-type": "text/css", "content-encoding": "gzip" }, body: gzipSync(STYLE) },
  });
  after(upstream.close);
  return upstream;
}

test("podcore compresses its replies, so that no proxy needs to", async () => {
  const artifact = await startArtifact({ name: "web-asset-get" });

  const { status, encoding } = await ask(`${artifact.url}/assets/0123456789ab/app.css`);

  assert.deepEqual([status, encoding], [200, "gzip"]);
  await artifact.stop();
});

test("nginx.conf makes nginx redirect to https, pass compressed replies on, and tell the visitor's own address", {
  skip: nginx === undefined && "nginx is not installed",
}, async () => {
  const folder = await makeFolder();
  const upstream = await startUpstream();
  const [http, https] = [await freePort(), await freePort()];
  const site = (await readFile(join(DEPLOY, "nginx.conf"), "utf8"))
    .replace(/^ *listen \[::\].*\n/gm, "")
    .replace("listen 80;", `listen 127.0.0.1:${http};`)
    .replace("listen 443 ", `listen 127.0.0.1:${https} `)
    .replace(/ssl_certificate .*;/, `ssl_certificate ${folder}/cert.pem;`)
    .replace(/ssl_certificate_key .*;/, `ssl_certificate_key ${folder}/key.pem;`)
    .replace("http://127.0.0.1:8080", upstream.url);
  await writeFile(join(folder, "cert.pem"), goodCert);
  await writeFile(join(folder, "key.pem"), key);
  await writeFile(join(folder, "site.conf"), site);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${name};`);
  await writeFile(
    join(folder, "nginx.conf"),
    `daemon off; pid pid; error_log stderr; events {} http { access_log off; ${temporary.join(" ")} include site.conf; }`,
  );
  const url = `https://127.0.0.1:${https}`;
  await run(nginx ?? "", ["-e", "stderr", "-p", folder, "-c", "nginx.conf"], { url: `${url}/` });

  const redirect = await ask(`http://127.0.0.1:${http}/podcasts/1?after=2`);
  const style = await ask(`${url}/app.css`);

  const { headers } = upstream.requests.at(-1) ?? {};
  assert.deepEqual([redirect.status, redirect.location], [308, "https://127.0.0.1/podcasts/1?after=2"]);
  assert.deepEqual([style.status, style.encoding], [200, "gzip"]);
  assert.deepEqual([headers?.["x-forwarded-for"], headers?.["x-forwarded-proto"]], ["127.0.0.1", "https"]);
});

test("Caddyfile makes Caddy pass compressed replies on, and tell the visitor's own address", {
  skip: caddy === undefined && "caddy is not installed",
}, async () => {
  const folder = await makeFolder();
  const upstream = await startUpstream();
  const url = `http://127.0.0.1:${await freePort()}`;
  const file = join(folder, "Caddyfile");
  // Its port for commands is the same for each Caddy of a machine.
  await writeFile(file, `{\n\tadmin off\n}\n${await readFile(join(DEPLOY, "Caddyfile"), "utf8")}`);
  const own = { XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder, PODCORE_UPSTREAM: upstream.url.replace("http://", "") };
  const options = { env: { ...process.env, ...own }, encoding: "utf8" } as const;
  const adapted = spawnSync(caddy ?? "", ["adapt", "--validate", "--adapter", "caddyfile", "--config", file], options);
  await run(caddy ?? "", ["run", "--adapter", "caddyfile", "--config", file], {
    url: `${url}/`,
    env: { ...own, PODCORE_PUBLIC_URL: url },
  });

  const style = await ask(`${url}/app.css`);

  const { headers } = upstream.requests.at(-1) ?? {};
  // Without a setting it serves https.
  assert.equal(adapted.status, 0, adapted.stderr);
  assert.match(adapted.stdout, /":443".*podcore\.example\.com/);
  assert.deepEqual([style.status, style.encoding], [200, "gzip"]);
  assert.deepEqual([headers?.["x-forwarded-for"], headers?.["x-forwarded-proto"]], ["127.0.0.1", "http"]);
});
