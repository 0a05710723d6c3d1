import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import test, { after } from "node:test";
import type { BrowserContext } from "playwright-core";
import { callArtifact } from "../support/artifact.ts";
import { runSite } from "../support/running-site.ts";
import { createVisitor, FIREFOX } from "../support/visitor.ts";
import { launchBrowser, skipsBrowser } from "./browser.ts";

const skip = skipsBrowser;
const site = await runSite({ PODCORE_PUBLIC_URL: "http://app.example.test" });
const APP = "http://app.example.test";
const PASSWORD = "correct horse";
/** A host beside the site's: sets whatever its query says, for the domain of both. */
const evil = createServer((request, response) => {
  const cookies = new URL(request.url ?? "/", "http://evil.example.test").searchParams.getAll("c");
  response.writeHead(200, { "content-type": "text/html", "set-cookie": cookies }).end("<title>evil</title>");
}).listen(0, "127.0.0.1");
after(() => evil.close());
await once(evil, "listening");
// It listens on TCP, so the address is no string.
const { port: evilPort } = evil.address() as AddressInfo;

const hosts = [`app.example.test 127.0.0.1:${new URL(site.url).port}`, `evil.example.test 127.0.0.1:${evilPort}`];
const browser = skip ? undefined : await launchBrowser({ names: hosts });
after(() => browser?.close());

async function toss(context: BrowserContext, cookies: string[]): Promise<void> {
  const query = new URLSearchParams(cookies.map((cookie): [string, string] => ["c", `${cookie}; Domain=example.test`]));
  const page = await context.newPage();
  await page.goto(`http://evil.example.test/?${query}`);
  await page.close();
}

async function addAccount(email: string): Promise<void> {
  await callArtifact({
    name: "admin-account-add",
    params: JSON.stringify({ email, password: PASSWORD }),
    environment: { DATABASE_URL: site.databaseUrl },
  });
}

const newContext = async () => (await browser?.newContext({ userAgent: FIREFOX })) as BrowserContext;

async function logIn(context: BrowserContext, email: string): Promise<void> {
  const page = await context.newPage();
  await page.goto(`${APP}/login`);
  await page.fill("input[name=email]", email);
  await page.fill("input[name=password]", PASSWORD);
  await Promise.all([page.waitForURL(/\/(account|login\?)/), page.click("form.entry button")]);
  await page.close();
}

async function accountPage(context: BrowserContext): Promise<string> {
  const page = await context.newPage();
  await page.goto(`${APP}/account`);
  const text = (await page.textContent("main")) ?? "";
  await page.close();
  return text;
}

test("a cookie of a host beside the site's does not change who is logged in", { skip }, async () => {
  await Promise.all([addAccount("alice@example.com"), addAccount("mallory@example.com")]);
  const mallory = createVisitor(site.url);
  await mallory.post("/login", { email: "mallory@example.com", password: PASSWORD });
  const [context, fresh] = [await newContext(), await newContext()];
  await logIn(context, "alice@example.com");
  const cookies = (mallory.cookie() ?? "").split("; ");
  const [session = ""] = cookies.filter((cookie) => /^podcore=/.test(cookie));
  const pages: string[] = [];

  for (const path of ["/", "/account"]) {
    await toss(context, [`${session}; Path=${path}`]);
    pages.push(await accountPage(context), await accountPage(context));
    await toss(
      context,
      cookies.map((cookie) => `${cookie}; Path=${path}`),
    );
    pages.push(await accountPage(context), await accountPage(context));
  }
  await toss(fresh, [`${session}; Path=/`]);
  const stranger = await accountPage(fresh);

  for (const page of pages) assert.match(page, /alice@example\.com/);
  assert.doesNotMatch(stranger, /mallory@example\.com/);
});

test("a login merges no account whose cookie a host beside the site's has set", { skip }, async () => {
  await addAccount("bob@example.com");
  const { podcastId } = await site.addPodcast({ title: "Mallory's Pick" });
  const own = await site.addPodcast({ title: "Bob's Pick" });
  for (const numCookies of [1, 2]) {
    const mallory = createVisitor(site.url);
    await mallory.post(`/podcasts/${podcastId}/subscription`, { subscribed: "true" });
    // The session alone, or all that a browser has.
    const cookies = (mallory.cookie() ?? "").split("; ").toReversed().slice(0, numCookies);
    const context = await newContext();
    await toss(
      context,
      cookies.map((cookie) => `${cookie}; Path=/`),
    );

    await logIn(context, "bob@example.com");

    const page = await accountPage(context);
    assert.match(page, /bob@example\.com/);
    assert.doesNotMatch(page, /Mallory's Pick/);
    assert.equal((await mallory.get("/account")).status, 200);
    await context.close();
  }
  const context = await newContext();
  const page = await context.newPage();
  await page.goto(`${APP}/podcasts/${own.podcastId}`);
  await page.getByRole("button", { name: "Subscribe" }).click();
  await page.waitForTimeout(1_000);
  await logIn(context, "bob@example.com");
  assert.match(await accountPage(context), /Bob's Pick/);
});
