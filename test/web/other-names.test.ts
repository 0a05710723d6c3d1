import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import type { Page } from "playwright-core";
import { readConfig } from "../../shared/config.ts";
import { createGateway } from "../../shared/dev/gateway.ts";
import { type RunningSite, runSite } from "../support/running-site.ts";
import { launchBrowser, skipsBrowser } from "./browser.ts";

const PASSWORD = "correct horse";
const NAMES = ["podbox.lan", "podbox", "evil.example"];

const browser = skipsBrowser ? undefined : await launchBrowser({ names: NAMES });
after(() => browser?.close());

/** A site behind the gateway of `npm start`, as it is with HOST set, but on 127.0.0.1 only. */
async function startSite(publicUrl: string): Promise<{ site: RunningSite; port: number }> {
  const site = await runSite({ PODCORE_PUBLIC_URL: publicUrl });
  const web = Number(new URL(site.url).port);
  const config = readConfig({ HOST: "0.0.0.0", PODCORE_PUBLIC_URL: publicUrl });
  const gateway = createGateway(() => ({ web, api: web, internal: undefined }), config).listen(0, "127.0.0.1");
  after(() => gateway.close());
  await once(gateway, "listening");
  // A server that listens on TCP has an AddressInfo.
  return { site, port: (gateway.address() as AddressInfo).port };
}

async function open(baseURL: string): Promise<Page> {
  const context = await browser?.newContext({ baseURL });
  if (context === undefined) throw new Error("no browser");
  return context.newPage();
}

for (const [name, publicUrl] of [
  ["podbox.lan", "http://localhost:8080"],
  ["podbox.lan", "https://casts.example.org"],
  ["podbox", "http://localhost:8080"],
] as const) {
  test(`a listener signs up, logs out and in at http://${name}, where the site is ${publicUrl}`, {
    skip: skipsBrowser,
  }, async () => {
    const { site, port } = await startSite(publicUrl);
    const base = `http://${name}:${port}`;
    const page = await open(base);
    const email = "me@example.com";

    await page.goto("/signup");
    await page.getByLabel("Email address").fill(email);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByLabel("Confirm password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign up" }).click();
    await page.getByText("in podcore's log").waitFor();
    await page.goto(await site.mailedLink());
    await page.getByRole("button", { name: "Confirm" }).click();
    await page.waitForURL(`${base}/account`);
    await page.getByRole("button", { name: "Log out" }).click();
    await page.waitForURL(`${base}/`);
    const afterLogout = (await page.context().cookies()).filter(({ name }) => name === "podcore");
    await page.goto("/login");
    await page.getByLabel("Email address").fill(email);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("main").getByRole("button", { name: "Log in" }).click();
    await page.waitForURL(`${base}/account`);

    assert.equal(await page.getByRole("heading", { name: "Your account" }).count(), 1);
    assert.deepEqual(afterLogout, []);
    const cookie = (await page.context().cookies()).find(({ name }) => name === "podcore");
    assert.deepEqual(
      [cookie?.name, cookie?.secure, cookie?.httpOnly, cookie?.sameSite],
      ["podcore", false, true, "Lax"],
    );
  });
}

test("a page whose name was made to lead here (DNS rebinding) gets nothing", { skip: skipsBrowser }, async () => {
  const { port } = await startSite("http://localhost:8080");
  const page = await open(`http://evil.example:${port}`);

  const reply = await page.goto("/");

  assert.equal(reply?.status(), 421);
  assert.match((await reply?.text()) ?? "", /add it to PODCORE_HOSTS/);
});

test("by its public name an https site sets Secure cookies and reads no others, whatever a proxy says", async () => {
  const { site } = await startSite("https://casts.example.org");
  const { hostname, port } = new URL(site.url);
  const { request } = await import("node:http");
  const send = (host: string, proto: string | undefined) =>
    new Promise<string>((resolve, reject) => {
      const headers = {
        host,
        "user-agent": "Mozilla/5.0 Firefox/150.0",
        "content-type": "application/x-www-form-urlencoded",
        ...(proto && { "x-forwarded-proto": proto }),
      };
      const outgoing = request({ host: hostname, port, method: "POST", path: "/signup", headers }, (reply) => {
        reply.resume();
        // The browser's own cookie comes first.
        resolve(reply.headers["set-cookie"]?.[1] ?? "");
      });
      outgoing
        .on("error", reject)
        .end(String(new URLSearchParams({ email: "a@example.com", password: PASSWORD, password_confirm: PASSWORD })));
    });

  const cookies = [
    await send("casts.example.org", "http"),
    await send("casts.example.org", undefined),
    await send("podbox.lan", "https"),
    await send("podbox.lan", undefined),
    await send("podbox.lan", "http"),
  ];

  const areSecure = cookies.map((cookie) => /^__Host-podcore=.*; Secure$/.test(cookie));
  assert.deepEqual(areSecure, [true, true, true, true, false]);
  assert.match(cookies[4] ?? "", /^podcore=[\w-]{43}; Path=\/; .*SameSite=Lax$/);
});
