// Writes a V8 code cache next to each artifact in a folder. Starts each artifact with launch.cjs on a temporary
// database and requests all of its routes, so that the cache contains the functions that they run.
//   node knative/image/warm-caches.ts dist      use the same node that will run the artifacts
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import postgres from "postgres";
import { ROUTES, type Route } from "../../functions/routes.ts";
import { callFunction } from "../../shared/dev/functions.ts";
import { startPostgres } from "../../shared/dev/postgres.ts";
import { assetPath } from "../../shared/web/asset-path.ts";

// The first round compiles most functions, later rounds those that only a warm process runs.
const NUM_ROUNDS = 3;
// More than fit on one page.
const NUM_EPISODES = 60;
const TOKEN = "of-a-server-that-runs-for-a-minute-on-loopback";
// A browser's, because programs do not get an account.
const USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0";
// Headers that Knative's PingSource sends.
const PING = { "ce-id": "1", "ce-source": "/warm", "ce-specversion": "1.0", "ce-type": "dev.knative.sources.ping" };
const QUERY = `{
  __schema { types { name fields { name args { name } } } }
  podcasts(first: 20) { nodes { id title description episodes(first: 3) { nodes { id title } } } }
  episodes(podcastId: "1", first: 50) { nodes { id title publishedAt mediaUrl } pageInfo { endCursor } }
  account { email subscriptions { nodes { podcast { title } } } newEpisodes { nodes { id } } }
}`;

const dist = resolve(process.argv[2] ?? "dist");
const scratch = await mkdtemp(join(tmpdir(), "podcore-warm-"));
const server = await startPostgres({ dataDir: join(scratch, "postgres") });
let numFeeds = 0;
const feeds = createServer((request, response) => {
  response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(answerTo(request.url ?? "")));
}).listen(0, "127.0.0.1");
await once(feeds, "listening");
const feedOrigin = `http://127.0.0.1:${(feeds.address() as AddressInfo).port}`;
const sql = postgres(server.url, { max: 1 });
try {
  await warmAll();
} finally {
  await sql.end();
  feeds.close();
  await server.stop();
  await rm(scratch, { recursive: true });
}

async function warmAll(): Promise<void> {
  // Does not inherit this process's environment: with a V8 flag in NODE_OPTIONS, the caches would only fit that flag.
  const environment = {
    DATABASE_URL: server.url,
    HOST: "127.0.0.1",
    PODCORE_DIRECTORY_URL: feedOrigin,
    PODCORE_ENV: "development",
    PODCORE_FETCH_ALLOW: "127.0.0.0/8",
    PODCORE_LOG: "json",
    PODCORE_OPERATOR_TOKEN: TOKEN,
    PODCORE_SHUTDOWN_GRACE_MS: "0",
    PORT: "0",
  };
  await callFunction({ name: "admin-migrate", dist, environment });
  const files = (await readdir(dist)).filter((file) => file.endsWith(".cjs")).sort();
  // The first one adds the podcast, and the second one creates the account, that the others show.
  const first = ["admin-podcast-add.cjs", "web-subscription-post.cjs"];
  let cookie = "";
  for (const file of [...first, ...files.filter((name) => !first.includes(name))]) {
    cookie = await warm(file, { environment, cookie });
    const { size } = await stat(join(dist, `${file}.cache`));
    console.log(`${`${file}.cache`.padEnd(36)}${(size / 1000).toFixed(1).padStart(8)} kB`);
  }
}

type Browser = { environment: Record<string, string>; cookie: string };

/** Starts an artifact, requests its routes and stops it. Returns the cookies for the next artifacts. */
async function warm(file: string, { environment, cookie }: Browser): Promise<string> {
  const name = basename(file, ".cjs");
  const launcher = join(import.meta.dirname, "launch.cjs");
  const child = spawn(process.execPath, [launcher, "--write-cache", join(dist, file)], {
    env: environment,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  const [{ port }] = await Promise.race([once(child, "message"), exited.then(() => [{}])]);
  if (port === undefined) throw new Error(`Cannot start "${file}": it ended with exit code ${child.exitCode}`);
  let cookies: string[] = [];
  for (let round = 0; round < NUM_ROUNDS; round++) {
    await fetch(`http://127.0.0.1:${port}/health`).then((reply) => reply.text());
    for (const route of ROUTES) {
      if (route.function !== name && !route.audiences.some((audience) => audience === name)) continue;
      if (route.path.startsWith("/tick/")) await sql`update podcast_crawl set due_at = podcore_now()`;
      const { path, headers, ...init } = requestFor(route);
      const all = { "user-agent": USER_AGENT, ...headers };
      // Sent without cookies, so that these routes do not end the login.
      const own = /logout|deletion|revocation/.test(path) ? all : { ...all, cookie };
      const reply = await fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers: own, redirect: "manual" });
      const text = await reply.text();
      // GraphQL reports errors with status 200.
      const hasFailed = reply.status >= 500 || (reply.status === 200 && text.includes('"errors":'));
      if (hasFailed && path !== "/admin/error") {
        throw new Error(`Cannot warm "${file}": ${path} answers ${reply.status} ${text}`);
      }
      cookies = reply.headers.getSetCookie();
    }
  }
  child.kill("SIGTERM");
  await exited;
  if (child.exitCode !== 0) throw new Error(`Cannot stop "${file}": it ended with exit code ${child.exitCode}`);
  return cookie || cookies.map((text) => text.split(";", 1)[0]).join("; ");
}

type Request = { method: string; path: string; headers?: Record<string, string>; body?: BodyInit };

/** Makes a request for a route. All forms get the same fields, so some routes refuse theirs. That is not a failure. */
function requestFor({ method, path: pattern }: Route): Request {
  const json = { "content-type": "application/json" };
  const operator = { ...json, authorization: `Bearer ${TOKEN}` };
  if (pattern.startsWith("/assets/")) return { method, path: assetPath("app.css") };
  if (pattern === "/search") return { method, path: "/search?q=sample" };
  if (pattern === "/graphql" && method === "GET") {
    return { method, path: `/graphql?${new URLSearchParams({ query: QUERY })}` };
  }
  const path = pattern.replace(/:\w+/g, "1");
  if (method === "GET") return { method, path };
  if (pattern === "/graphql") return { method, path, headers: json, body: JSON.stringify({ query: QUERY }) };
  if (pattern.startsWith("/tick/")) return { method, path, headers: { ...PING, ...operator }, body: "{}" };
  numFeeds += 1;
  const url = `${feedOrigin}/${numFeeds}.xml`;
  const email = `sample${numFeeds}@example.com`;
  const [password, query] = ["a sample password", "sample"];
  if (pattern.startsWith("/admin/")) {
    return {
      method,
      path,
      headers: operator,
      body: JSON.stringify({ url, email, password, query, reason: "A sample" }),
    };
  }
  const form = { url, email, password, password_confirm: password, name: "An app", subscribed: "true" };
  return { method, path, body: new URLSearchParams({ ...form, favorited: "true", position_seconds: "754" }) };
}

/** Returns the directory's answer to a search, or for other paths a feed. */
function answerTo(url: string): string {
  if (url.startsWith("/search")) {
    const podcast = {
      kind: "podcast",
      collectionId: 1,
      collectionName: "A Sample",
      feedUrl: "https://a.example/1.xml",
    };
    return JSON.stringify({ resultCount: 1, results: [podcast] });
  }
  const items = Array.from({ length: NUM_EPISODES }, (_, i) => {
    const publishedAt = new Date(Date.UTC(2020, 0, 1 + i)).toUTCString();
    return `<item><guid>${i}</guid><title>Episode ${i} &amp; more</title><pubDate>${publishedAt}</pubDate>
<link>https://a.example/${i}</link><enclosure url="https://a.example/${i}.mp3" length="1000" type="audio/mpeg"/>
<itunes:duration>1:02:03</itunes:duration><itunes:episode>${i}</itunes:episode><description>In short</description>
<content:encoded><![CDATA[<p>With <a href="https://a.example/?a=1&amp;b=2">a guest</a> &mdash; <b>live</b><script>x()</script></p>
<ul><li>00:00 Hello</li><li>12:30 <em>The middle</em></li><li>59:59 Bye</li></ul><img src="https://a.example/1.png">]]></content:encoded></item>`;
  });
  return `<?xml version="1.0"?>
<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel>
<title>A Sample of ${url}</title><link>https://a.example/</link><language>en-us</language><description>A sample, read at ${Date.now()}</description>
<itunes:author>A. Host</itunes:author><itunes:image href="https://a.example/art.png"/><itunes:explicit>no</itunes:explicit>
<itunes:category text="Society &amp; Culture"><itunes:category text="Documentary"/></itunes:category>
<podcast:guid>9b024349-ccf0-5f69-a609-6b82873eab3c</podcast:guid><podcast:person role="host">A. Host</podcast:person>
${items.join("\n")}</channel></rss>`;
}
