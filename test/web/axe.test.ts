import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import axe from "axe-core";
import type { Browser, BrowserContextOptions, CDPSession } from "playwright-core";
import { launchBrowser, skipsBrowser } from "./browser.ts";
import { allPages } from "./pages.ts";
import { type Site, serveSite } from "./site.ts";

const SCREENS: Record<string, BrowserContextOptions> = {
  "a phone, light": { colorScheme: "light", viewport: { width: 390, height: 844 } },
  "a desktop, dark": { colorScheme: "dark", viewport: { width: 1_280, height: 900 } },
};

type Inspection = { violations: string[]; width: number };

let browser: Browser;
let site: Site;

before(async () => {
  if (skipsBrowser) return;
  site = await serveSite(allPages());
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await site?.close();
});

for (const [screen, options] of Object.entries(SCREENS)) {
  test(`axe reports nothing, nothing is refused and nothing is wider than ${screen}`, {
    skip: skipsBrowser,
  }, async (t) => {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    const refusals: string[] = [];
    page.on("console", (message) => {
      if (/Content.Security.Policy/i.test(message.text())) refusals.push(message.text());
    });

    for (const name of allPages().keys()) {
      await t.test(name, async () => {
        refusals.length = 0;
        await page.goto(site.url(name));

        const { violations, width } = await inspect(devtools);

        assert.deepEqual(violations, []);
        assert.deepEqual(refusals, []);
        assert.equal(width, options.viewport?.width);
      });
    }
    await context.close();
  });
}

/** Runs axe-core in the page through the debugger, which the page's Content-Security-Policy does not bind. */
async function inspect(devtools: CDPSession): Promise<Inspection> {
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
  // What the expression makes.
  return result.value as Inspection;
}
