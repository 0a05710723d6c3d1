import { createHash } from "node:crypto";
import { APP_CSS } from "./app.css.ts";
import { ICON_SVG } from "./icon.ts";

const ROBOTS_TXT = `User-agent: *
Disallow: /admin/
Disallow: /tick/
Disallow: /graphql
`;

export type Asset = { contentType: string; body: string | Buffer };

let version: string | undefined;

/** Names what the assets hold, so that a browser may keep them for good. */
export function assetVersion(): string {
  // 48 bits: only the few versions that one browser has seen must differ.
  version ??= createHash("sha256").update(APP_CSS).update(ICON_SVG).digest("hex").slice(0, 12);
  return version;
}

export function assetPath(file: "app.css" | "icon.svg"): string {
  return `/assets/${assetVersion()}/${file}`;
}

export function findAsset(file: string): Asset | undefined {
  switch (file) {
    case "app.css":
      return { contentType: "text/css; charset=utf-8", body: APP_CSS };
    case "icon.svg":
    case "favicon.ico":
      return { contentType: "image/svg+xml", body: ICON_SVG };
    case "robots.txt":
      return { contentType: "text/plain; charset=utf-8", body: ROBOTS_TXT };
  }
}
