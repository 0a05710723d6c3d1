import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import test, { after } from "node:test";
import type { BrowserContext, Page } from "playwright-core";
import { callArtifact } from "../support/artifact.ts";
import { runSite } from "../support/running-site.ts";
import { createVisitor, FIREFOX, type Visitor } from "../support/visitor.ts";
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

const newContext = async (options: { javaScriptEnabled?: boolean } = {}) =>
  // Tests that would have no browser are skipped.
  (await browser?.newContext({ userAgent: FIREFOX, ...options })) as BrowserContext;

/** Presses a button of a page, and waits for what the site answers in the end. */
async function press(page: Page, name: string): Promise<void> {
  const answered = page.waitForResponse((reply) => reply.request().method() === "POST" && reply.status() !== 307);
  await page.getByRole("button", { name, exact: true }).click();
  await answered;
  await page.waitForLoadState();
}

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

/** All cookies of a visitor, as a host sets them that has been given them. */
const allOf = (visitor: Visitor) => (visitor.cookie() ?? "").split("; ").map((cookie) => `${cookie}; Path=/`);

async function subscriber(podcastId: number): Promise<Visitor> {
  const mallory = createVisitor(site.url);
  await mallory.post(`/podcasts/${podcastId}/subscription`, { subscribed: "true" });
  return mallory;
}

test("a browser that was never here shows no account that a host beside the site's has set whole", {
  skip,
}, async () => {
  await addAccount("carol@example.com");
  const carol = createVisitor(site.url);
  await carol.post("/login", { email: "carol@example.com", password: PASSWORD });
  const context = await newContext();
  await toss(context, allOf(carol));

  const pages = [await accountPage(context), await accountPage(context)];

  for (const page of pages) {
    assert.doesNotMatch(page, /carol@example\.com/);
    assert.match(page, /Log in/);
  }
  assert.equal((await carol.get("/account")).status, 200);
});

test("a login merges no account that was set between its form and its sending", { skip }, async () => {
  await addAccount("dave@example.com");
  const { podcastId } = await site.addPodcast({ title: "Mallory's Choice" });
  const mallory = await subscriber(podcastId);
  const context = await newContext();
  const page = await context.newPage();
  await page.goto(`${APP}/login`);
  await toss(context, allOf(mallory));

  await page.fill("input[name=email]", "dave@example.com");
  await page.fill("input[name=password]", PASSWORD);
  await Promise.all([page.waitForURL(/\/account/), page.click("form.entry button")]);

  const shown = await accountPage(context);
  assert.match(shown, /dave@example\.com/);
  assert.doesNotMatch(shown, /Mallory's Choice/);
  assert.match((await mallory.get("/account")).body, /Mallory.{1,6}s Choice/);
});

test("a button changes no account that was set since its page was opened, also by a browser with the same address", {
  skip,
}, async () => {
  const { podcastId } = await site.addPodcast({ title: "The Reader's Choice" });
  const other = await site.addPodcast({ title: "Mallory's Own" });
  const theirs = await newContext();
  const theirPage = await theirs.newPage();
  await theirPage.goto(`${APP}/podcasts/${other.podcastId}`);
  await press(theirPage, "Subscribe");
  const cookies = (await theirs.cookies()).map(({ name, value }) => `${name}=${value}; Path=/`);
  const context = await newContext();
  const page = await context.newPage();
  await page.goto(`${APP}/podcasts/${podcastId}`);
  await toss(context, cookies);

  await press(page, "Subscribe");

  assert.doesNotMatch(await accountPage(theirs), /The Reader's Choice/);
  const own = await accountPage(context);
  assert.match(own, /The Reader's Choice/);
  assert.doesNotMatch(own, /Mallory's Own/);
});

test("logging in and using the site on http takes no redirect more, and one where the browser's address is new", {
  skip,
}, async () => {
  await addAccount("erin@example.com");
  const { podcastId } = await site.addPodcast({ title: "Often Used" });
  const context = await newContext();
  let numAgain = 0;
  context.on("response", (reply) => {
    if (reply.status() === 307 && !reply.headers().location?.startsWith("/login")) numAgain += 1;
  });
  await logIn(context, "erin@example.com");
  const page = await context.newPage();
  for (const name of ["Subscribe", "Unsubscribe", "Subscribe"]) {
    await page.goto(`${APP}/podcasts/${podcastId}`);
    await press(page, name);
  }
  assert.match(await accountPage(context), /Often Used/);
  const numAtHome = numAgain;

  await context.setExtraHTTPHeaders({ "x-forwarded-for": "203.0.113.9" });
  for (let i = 0; i < 3; i++) assert.match(await accountPage(context), /erin@example\.com/);
  await page.goto(`${APP}/podcasts/${podcastId}`);
  await press(page, "Unsubscribe");
  const numElsewhere = numAgain - numAtHome;
  await context.setExtraHTTPHeaders({});
  assert.match(await accountPage(context), /erin@example\.com/);

  assert.deepEqual([numAtHome, numElsewhere, numAgain], [0, 1, 1]);
});

test("a page from before there was an account goes on working, by its script and by a form alone", {
  skip,
}, async () => {
  const first = await site.addPodcast({ title: "First Choice" });
  const second = await site.addPodcast({ title: "Second Choice" });
  for (const javaScriptEnabled of [true, false]) {
    const context = await newContext({ javaScriptEnabled });
    const [page, before] = [await context.newPage(), await context.newPage()];
    await before.goto(`${APP}/podcasts/${second.podcastId}`);
    await page.goto(`${APP}/podcasts/${first.podcastId}`);
    for (const name of ["Subscribe", "Unsubscribe", "Subscribe"]) await press(page, name);
    await press(before, "Subscribe");

    const shown = await accountPage(context);

    for (const title of [/First Choice/, /Second Choice/]) assert.match(shown, title);
    await context.close();
  }
});
