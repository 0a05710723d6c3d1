import type { BrowserContext, Page } from "playwright-core";
import { LOOK, type Look } from "./look.ts";

export type Sight = {
  /** What the page did besides showing itself: asked others, opened dialogs, was refused something, failed or left. */
  deeds: string[];
} & Look;

/** Opens a page, and tells what it did and what is in it. */
export type Watch = (url: string) => Promise<Sight>;

/**
 * Opens a tab to watch pages in, one after another.
 *
 * @param pictures the origin that pictures may be asked of, as pages do for artwork and portraits
 */
export function openWatch(context: BrowserContext, pictures: string): Watch {
  let page: Page | undefined;
  return async (url) => {
    page ??= await context.newPage();
    const sight = await watch(page, { url, pictures });
    // What a page began may go on while the next is there.
    if (sight.deeds.length + sight.threats.length > 0) page = undefined;
    else page.removeAllListeners();
    return sight;
  };
}

async function watch(page: Page, { url, pictures }: { url: string; pictures: string }): Promise<Sight> {
  const deeds: string[] = [];
  const site = new URL(url).origin;
  page.on("request", (request) => {
    const { href, origin, pathname } = new URL(request.url());
    const isAsset = origin === site && pathname.startsWith("/assets/");
    const isPicture = origin === pictures && request.resourceType() === "image";
    if (href !== url && !isAsset && !isPicture) deeds.push(`asks ${href}`);
  });
  page.on("dialog", (dialog) => {
    deeds.push(`opens a dialog: ${dialog.message()}`);
    // It may be gone by itself, with its page.
    dialog.dismiss().catch(() => {});
  });
  page.on("console", (message) => deeds.push(`logs: ${message.text()}`));
  page.on("pageerror", (error) => deeds.push(`fails: ${error.message}`));
  page.on("popup", (popup) => deeds.push(`opens ${popup.url()}`));
  page.on("download", (download) => deeds.push(`downloads ${download.url()}`));
  try {
    await page.goto(url);
    // The debugger runs it whatever the page's Content-Security-Policy says; what it makes is a Look.
    const look = (await page.evaluate(LOOK)) as Look;
    if (page.url() !== url) deeds.push(`goes to ${page.url()}`);
    return { deeds, ...look };
  } catch (error) {
    // The page went elsewhere meanwhile, or it took from the look what that needs.
    deeds.push(`cannot be looked at: ${error}`);
    return { deeds, threats: [], shapes: [], numNotes: 0 };
  }
}
