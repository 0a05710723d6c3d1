import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import type { BrowserContextOptions, Page } from "playwright-core";
import { startOrigin } from "../support/origin.ts";
import { type RunningSite, runSite } from "../support/running-site.ts";
import { launchBrowser, skipsBrowser } from "./browser.ts";
import { serveParts, silentWav } from "./silent-wav.ts";

const PASSWORD = "correct horse";
// Where it is set, each step leaves a picture there, for a human to look at.
const SCREENSHOTS = process.env.PODCORE_SCREENSHOTS;

const browser = skipsBrowser ? undefined : await launchBrowser();
after(() => browser?.close());
const site: RunningSite | undefined = skipsBrowser ? undefined : await runSite();
const media = await startOrigin({ "/1.wav": serveParts(silentWav(60), "audio/wav") });
after(media.close);

async function open(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser?.newContext({ ...(site && { baseURL: site.url }), ...options });
  if (context === undefined) throw new Error("no browser");
  return context.newPage();
}

async function picture(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS === undefined) return;
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}

/** A show of its own, so that one test finds nothing of another's. */
async function addShow(title: string, { extra = "" } = {}) {
  const show = await site?.addPodcast({
    title,
    items: [{ guid: "1", title: "Vienna to Venice", mediaUrl: `${media.url}/1.wav`, extra }],
  });
  if (show === undefined) throw new Error("no site");
  return { podcast: `/podcasts/${show.podcastId}`, episode: `/podcasts/${show.podcastId}/episodes/${show.episodeId}` };
}

async function signUp(page: Page, email: string): Promise<void> {
  await page.goto("/signup");
  await page.getByLabel("Email address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("Confirm password").fill(PASSWORD);
  await picture(page, `${email}-1-signup`);
  await page.getByRole("button", { name: "Sign up" }).click();
  await page.getByText("in podcore's log").waitFor();
  await page.goto((await site?.mailedLink()) ?? "");
  await picture(page, `${email}-2-verify`);
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.waitForURL("**/account");
}

async function logIn(page: Page, email: string): Promise<void> {
  await page.goto("/login");
  await page.getByLabel("Email address").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("main").getByRole("button", { name: "Log in" }).click();
  await page.waitForURL("**/account");
}

/** Logs out, logs in in another browser, and revokes that login from here. */
async function revokeElsewhere(page: Page, options: BrowserContextOptions & { email: string; title: string }) {
  const { email, title, ...contextOptions } = options;
  await page.getByRole("button", { name: "Log out" }).click();
  await page.waitForURL((url) => url.pathname === "/");
  await page.goto("/account");
  assert.match(page.url(), /\/login\?next=%2Faccount$/);
  const elsewhere = await open({ ...contextOptions, userAgent: "Mozilla/5.0 (X11; Linux) Elsewhere/1.0" });
  await logIn(elsewhere, email);
  await elsewhere.getByRole("heading", { name: "Your account" }).waitFor();
  assert.equal(await elsewhere.getByRole("main").getByRole("link", { name: title }).count(), 1);
  await logIn(page, email);
  await picture(page, `${email}-6-logins`);
  const row = page.getByRole("row").filter({ hasText: "Elsewhere" });
  await row.getByRole("button", { name: "Revoke" }).click();
  await page.waitForURL("**/account#logins");
  assert.equal(await page.getByRole("row").filter({ hasText: "Elsewhere" }).count(), 0);
  await elsewhere.goto("/account");
  assert.match(elsewhere.url(), /\/login\?next=%2Faccount$/);
}

test("a chapter's position moves the player, and leaves the page only without a script", {
  skip: skipsBrowser,
}, async () => {
  const extra = `<psc:chapters xmlns:psc="http://podlove.org/simple-chapters"><psc:chapter start="0:30" title="Semmering"/></psc:chapters>`;
  const show = await addShow("Chapter Trains", { extra });
  const [page, plain] = [await open(), await open({ javaScriptEnabled: false })];

  await page.goto(show.episode);
  const url = page.url();
  await page.getByRole("link", { name: "0:30" }).click();
  await page.waitForFunction("document.querySelector('audio').currentTime >= 30");
  await plain.goto(show.episode);
  await plain.getByRole("link", { name: "0:30" }).click();

  assert.equal(page.url(), url);
  assert.equal(plain.url(), `${media.url}/1.wav#t=30`);
});

test("with scripts: subscribe, favourite, play, sign up, log out, log in elsewhere, revoke", {
  skip: skipsBrowser,
}, async () => {
  const [email, title] = ["script@example.com", "Night Trains"];
  const show = await addShow(title);
  const page = await open({ viewport: { width: 1280, height: 900 } });

  // Togglers change without leaving the page, and only once the server has said so.
  await page.goto(show.podcast);
  const url = page.url();
  await page.getByRole("button", { name: "Subscribe", exact: true }).click();
  await page.getByRole("button", { name: "Unsubscribe" }).waitFor();
  assert.equal(page.url(), url);
  await picture(page, `${email}-0-podcast`);
  await page.goto(show.episode);
  await page.getByRole("button", { name: "Add to favorites" }).click();
  await page.getByRole("button", { name: "Remove from favorites" }).waitFor();

  // A failure is shown as one, and nothing is shown as done.
  await page.route("**/state", (route) => route.abort());
  await page.getByRole("button", { name: "Mark as played" }).click();
  await page.getByText("Not saved: cannot reach the server.").waitFor();
  assert.equal(await page.getByRole("button", { name: "Mark as played" }).count(), 1);
  await picture(page, `${email}-0-failure`);
  await page.unroute("**/state");

  // The player tells where it was paused, and goes on from there.
  const told = page.waitForResponse((reply) => reply.url().endsWith("/state"));
  await page.evaluate(`(async () => {
    const player = document.querySelector("audio");
    player.muted = true;
    await player.play();
    player.currentTime = 30;
    await new Promise((seeked) => player.addEventListener("seeked", seeked, { once: true }));
    player.pause();
  })()`);
  assert.equal((await told).status(), 200);
  await signUp(page, email);
  await picture(page, `${email}-3-account`);
  assert.equal(await page.getByText("played up to 0:30").count(), 1);
  await page.goto(show.episode);
  assert.equal(await page.evaluate(`document.querySelector("audio").currentTime`), 30);
  await picture(page, `${email}-4-episode`);

  // What is played to its end is marked so.
  await page.evaluate(`(async () => {
    const player = document.querySelector("audio");
    player.muted = true;
    await player.play();
    player.currentTime = 59.8;
  })()`);
  await page.getByRole("button", { name: "Mark as unplayed" }).waitFor();
  await page.goto("/account");
  await picture(page, `${email}-5-account`);
  assert.equal(await page.getByText("In progress").count(), 0);
  await revokeElsewhere(page, { email, title });
});

test("logging out while an episode plays tells nothing more, and the page is not come back to as it was", {
  skip: skipsBrowser,
}, async () => {
  const email = "playing@example.com";
  const show = await addShow("Loud Ferries");
  const page = await open();
  await signUp(page, email);
  await page.goto(show.episode);
  const play = () =>
    page.evaluate(`(async () => {
      const player = document.querySelector("audio");
      player.muted = true;
      await player.play();
      player.currentTime = 30;
      await new Promise((seeked) => player.addEventListener("seeked", seeked, { once: true }));
    })()`);
  await play();

  // A reply without a page: the browser stays, as when it comes back.
  await page.route("**/logout", (route) => route.fulfill({ status: 204 }));
  await page.getByRole("button", { name: "Log out" }).click();
  await page.evaluate(`document.querySelector("audio").pause()`);
  const reloaded = page.waitForRequest((request) => request.isNavigationRequest());
  await page.evaluate(`dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))`);
  await reloaded;
  await page.unroute("**/logout");
  await page.waitForLoadState();
  await play();
  await page.getByRole("button", { name: "Log out" }).click();
  await page.waitForURL((url) => url.pathname === "/");

  const states = await site?.sql.unsafe(`
    select from account_episode s join episode e on e.id = s.episode_id join podcast p on p.id = e.podcast_id
    where p.title = 'Loud Ferries'`);
  assert.equal(states?.length, 0);
  const cookies = await page.context().cookies();
  // It stays a browser that was logged in once.
  assert.deepEqual(
    cookies.map(({ name }) => name),
    ["podcore-browser"],
  );
});

test("a visitor's first two changes, made at once, are one account's", { skip: skipsBrowser }, async () => {
  const show = await addShow("Twin Piers");
  const page = await open();
  await page.goto(show.episode);

  await Promise.all([
    page.evaluate(`document.querySelectorAll("form.toggle")[0].requestSubmit()`),
    page.evaluate(`document.querySelectorAll("form.toggle")[1].requestSubmit()`),
  ]);
  await page.getByRole("button", { name: "Remove from favorites" }).waitFor();
  await page.getByRole("button", { name: "Mark as unplayed" }).waitFor();

  const states = await site?.sql.unsafe(`
    select s.is_favorited, s.is_played from account_episode s
    join episode e on e.id = s.episode_id join podcast p on p.id = e.podcast_id where p.title = 'Twin Piers'`);
  assert.deepEqual([...(states ?? [])], [{ is_favorited: true, is_played: true }]);
});

test("without scripts: the same by forms", { skip: skipsBrowser }, async () => {
  const [email, title] = ["plain@example.com", "Slow Boats"];
  const show = await addShow(title);
  const options = { javaScriptEnabled: false, viewport: { width: 390, height: 844 } };
  const page = await open(options);

  await page.goto(show.podcast);
  await page.getByRole("button", { name: "Subscribe", exact: true }).click();
  await page.getByRole("button", { name: "Unsubscribe" }).waitFor();
  await picture(page, `${email}-0-podcast`);
  await page.goto(show.episode);
  await page.getByRole("button", { name: "Add to favorites" }).click();
  await page.getByRole("button", { name: "Remove from favorites" }).waitFor();
  await page.getByRole("button", { name: "Mark as played" }).click();
  await page.getByRole("button", { name: "Mark as unplayed" }).waitFor();
  await picture(page, `${email}-0-episode`);
  await signUp(page, email);
  await picture(page, `${email}-3-account`);
  assert.equal(await page.getByRole("main").getByRole("link", { name: title }).count(), 1);
  assert.equal(await page.getByRole("link", { name: "Vienna to Venice" }).count(), 1);
  await revokeElsewhere(page, { email, title, ...options });
});
