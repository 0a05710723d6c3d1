import assert from "node:assert/strict";
import test, { after } from "node:test";
import { APP_JS } from "../../../shared/web/app-js.gen.ts";
import { html } from "../../../shared/web/html.ts";
import { episodeDateText, instantText } from "../../../shared/web/words.ts";
import { launchBrowser, skipsBrowser } from "../browser.ts";

test("the script shows dates in the reader's time zone, and days of which no hour is known as they are", {
  skip: skipsBrowser,
}, async () => {
  const browser = await launchBrowser();
  after(() => browser.close());
  const page = await browser.newPage({ timezoneId: "America/New_York" });
  const time = (at: Date, text: string) => html`<time datetime="${at.toISOString()}">${text}</time>\n`;
  const late = new Date("2026-03-03T03:30:00Z");
  const midnight = new Date("2026-03-03T00:00:00Z");
  const dateOf = (publishedAt: Date) => episodeDateText({ publishedAt, announcedFor: null });
  await page.setContent(`
    ${time(late, dateOf(late))}${time(late, episodeDateText({ publishedAt: late, announcedFor: late }))}
    ${time(late, instantText(late))}${time(midnight, dateOf(midnight))}${time(late, "soon")}`);

  await page.addScriptTag({ content: APP_JS });

  assert.deepEqual(await page.locator("time").allInnerTexts(), [
    "2 Mar 2026",
    "Announced for 2 Mar 2026",
    "2 Mar 2026, 22:30",
    "3 Mar 2026",
    "soon",
  ]);
});
