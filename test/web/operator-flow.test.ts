import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import type { BrowserContextOptions, Page } from "playwright-core";
import { OPERATOR_TOKEN } from "../support/artifact.ts";
import { type RunningSite, runSite } from "../support/running-site.ts";
import { launchBrowser, skipsBrowser } from "./browser.ts";

// Where it is set, each step leaves a picture there, for a human to look at.
const SCREENSHOTS = process.env.PODCORE_SCREENSHOTS;
const PHONE = { colorScheme: "dark", viewport: { width: 390, height: 844 } } as const;
const DESKTOP = { colorScheme: "light", viewport: { width: 1_280, height: 900 } } as const;

const browser = skipsBrowser ? undefined : await launchBrowser();
after(() => browser?.close());
const site: RunningSite | undefined = skipsBrowser
  ? undefined
  : await runSite({ PODCORE_OPERATOR_TOKEN: OPERATOR_TOKEN });

async function open(options: BrowserContextOptions): Promise<Page> {
  const context = await browser?.newContext({ ...(site && { baseURL: site.url }), ...options });
  if (context === undefined) throw new Error("no browser");
  return context.newPage();
}

async function picture(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS === undefined) return;
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `operator-${name}.png`), fullPage: true });
}

/** A podcast with another show at its address, a host that pauses, and a parked job about it. */
async function addTrouble(title: string): Promise<number> {
  if (site === undefined) throw new Error("no site");
  const { podcastId } = await site.addPodcast({ title, items: [{ guid: "1" }] });
  const { sql } = site;
  await sql`
    insert into podcast_quarantine (podcast_id, feed_url, found_url, title, num_items)
    select podcast_id, feed_url, feed_url, 'Cheap loans', 3 from podcast_feed_location where podcast_id = ${podcastId}`;
  await sql`
    insert into crawl_host (host, ready_at, slowness, paused_until)
    values ('slow.example.com', 'infinity', 120, now() + interval '1 hour') on conflict do nothing`;
  await sql`
    insert into job (name, args, parked_at, num_errors, last_error, last_error_at)
    values ('podcast_refresh', ${sql.json({ podcastId })}, now(), 10, 'It broke', now())`;
  return podcastId;
}

for (const [device, options] of [
  ["phone", PHONE],
  ["desktop", DESKTOP],
] as const) {
  test(`an operator finds, decides and retries without scripts, on a ${device}`, { skip: skipsBrowser }, async () => {
    const title = `Night Trains ${device}`;
    const podcastId = await addTrouble(title);
    const httpCredentials = { username: "operator", password: OPERATOR_TOKEN };
    const page = await open({ ...options, httpCredentials, javaScriptEnabled: false });

    await page.goto("/operator/crawl");
    await picture(page, `${device}-1-crawl`);
    await page.getByRole("link", { name: /Slow hosts/ }).click();
    await page.getByText("Left alone until").waitFor();
    await picture(page, `${device}-2-hosts`);
    await page.getByLabel("Title, feed URL, host or ID").fill(title.toLowerCase());
    await page.getByRole("button", { name: "Find podcasts" }).click();
    await picture(page, `${device}-3-search`);
    await page.getByRole("link", { name: title }).click();
    await page.getByRole("heading", { name: "Another show at its address" }).waitFor();
    await picture(page, `${device}-4-podcast`);
    await page.getByRole("button", { name: "It is the same podcast" }).click();
    await page.getByText("Decided: the next crawl").waitFor();
    await picture(page, `${device}-5-decided`);
    await page.getByRole("link", { name: "Crawl", exact: true }).click();
    await page.getByRole("link", { name: /Parked jobs/ }).click();
    await picture(page, `${device}-6-jobs`);
    await page
      .getByRole("listitem")
      .filter({ hasText: `podcast ${podcastId}` })
      .getByRole("button", { name: "Retry" })
      .click();
    await page.waitForURL("**/operator/crawl?list=jobs");

    assert.equal(await page.getByText(`podcast ${podcastId}`).count(), 0);
    const width = await page.locator("html").evaluate((html) => html.scrollWidth);
    assert.equal(width, options.viewport.width);
    await page.goto(`/podcasts/${podcastId}`);
    await page.getByText("Last checked for new episodes").waitFor();
    await picture(page, `${device}-7-follower`);
  });
}

test("the browser sends the password to the operator's pages alone", { skip: skipsBrowser }, async () => {
  const page = await open({ ...DESKTOP, httpCredentials: { username: "operator", password: OPERATOR_TOKEN } });
  const sent: [path: string, hasPassword: boolean][] = [];
  page.on("request", async (request) => {
    const headers = await request.allHeaders().catch(() => ({}) as Record<string, string>);
    sent.push([new URL(request.url()).pathname, headers.authorization !== undefined]);
  });

  await page.goto("/operator/crawl");
  await page.goto("/operator/podcasts/1");
  await page.goto("/");
  await page.waitForLoadState("networkidle");

  assert.deepEqual(
    sent.filter(([path, hasPassword]) => hasPassword && !path.startsWith("/operator/")),
    [],
  );
  assert.ok(
    sent.some(([path, hasPassword]) => hasPassword && path === "/operator/podcasts/1"),
    JSON.stringify(sent),
  );
  assert.ok(sent.some(([path]) => path === "/"));
});
