import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import axe from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { launchBrowser, skipsBrowser } from "./browser.ts";
import { allPages } from "./pages.ts";
import { type Site, serveSite } from "./site.ts";

const BAD_PAGE = "bad";
const PHONE = { colorScheme: "light", viewport: { width: 390, height: 844 } } as const;
// Dozens of pages, each of which may take seconds where Chromium shares its processor with other tests.
const ALL_PAGES_MS = 600_000;
const DESKTOP = { colorScheme: "dark", viewport: { width: 1_280, height: 900 } } as const;

type Inspection = {
  /** Of rules that axe-core knows. */
  violations: string[];
  /** What the Content-Security-Policy did not let through. */
  refusals: string[];
  width: number;
};

let browser: Browser;
let site: Site;

before(async () => {
  if (skipsBrowser) return;
  const body = `<!DOCTYPE html><link rel="stylesheet" href="/assets/x/app.css"><img src="/x"><pre>${"x ".repeat(500)}</pre><p style="color: red">x`;
  site = await serveSite(allPages().set(BAD_PAGE, { headers: { "content-type": "text/html" }, body }));
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await site?.close();
});

test("inspect() sees what it looks for", { skip: skipsBrowser }, async () => {
  const page = await openPage(PHONE);

  const { violations, refusals, width } = await inspect(page, BAD_PAGE);

  assert.match(violations.join("\n"), /image-alt/);
  assert.match(refusals.join("\n"), /inline style/);
  assert.ok(width > 390);
});

test("no page breaks a rule of axe, is refused a part or is wider than a phone", {
  skip: skipsBrowser,
  timeout: ALL_PAGES_MS,
}, async (t) => {
  const page = await openPage(PHONE);

  for (const name of allPages().keys()) {
    await t.test(name, async () => {
      assert.deepEqual(await inspect(page, name), { violations: [], refusals: [], width: 390 });
    });
  }
});

test("no page breaks a rule of axe on a desktop in the dark", {
  skip: skipsBrowser,
  timeout: ALL_PAGES_MS,
}, async (t) => {
  const page = await openPage(DESKTOP);

  // Hostile titles change neither colours nor headings.
  for (const name of [...allPages().keys()].filter((name) => !name.includes("hostile"))) {
    await t.test(name, async () => {
      assert.deepEqual(await inspect(page, name), { violations: [], refusals: [], width: 1_280 });
    });
  }
});

async function openPage(options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext(options);
  return context.newPage();
}

async function inspect(page: Page, name: string): Promise<Inspection> {
  const refusals: string[] = [];
  const listen = (message: { text(): string }) => {
    if (/Content.Security.Policy/i.test(message.text())) refusals.push(message.text());
  };
  page.on("console", listen);
  await page.goto(site.url(name));
  // The debugger runs scripts that the page's Content-Security-Policy refuses.
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Runtime.evaluate", { expression: axe.source });
  const { result, exceptionDetails } = await devtools.send("Runtime.evaluate", {
    expression: `axe.run().then(({ violations }) => ({
      violations: violations.flatMap(({ id, nodes }) => nodes.map((node) => id + ": " + node.html + " " + node.failureSummary)),
      width: document.documentElement.scrollWidth,
    }))`,
    awaitPromise: true,
    returnByValue: true,
  });
  assert.equal(exceptionDetails, undefined);
  await devtools.detach();
  page.off("console", listen);
  // What the expression makes.
  const { violations, width } = result.value as Omit<Inspection, "refusals">;
  return { violations, refusals, width };
}
