import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Why tests with a browser are skipped; false where they are not. */
export const skipsBrowser = existsSync(EXECUTABLE) ? false : `no Chromium at ${EXECUTABLE} (CHROMIUM names another)`;

/** Starts a Chromium that reaches loopback and nothing else; `names` lead to 127.0.0.1, or where they say after a blank. */
export function launchBrowser({ names = [] }: { names?: string[] } = {}): Promise<Browser> {
  const rules = [
    ...names.map((name) => (name.includes(" ") ? `MAP ${name}` : `MAP ${name} 127.0.0.1`)),
    "MAP * ~NOTFOUND",
    "EXCLUDE 127.0.0.1",
  ];
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      `--host-resolver-rules=${rules.join(", ")}`,
    ],
  });
}
