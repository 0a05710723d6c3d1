import type { Encoded } from "../http/content-coding.ts";
import { APP_CSS } from "./app.css.ts";
import { APP_JS } from "./app-js.gen.ts";
import { APP_CSS_ENCODED, APP_JS_ENCODED, ICON_SVG_ENCODED } from "./encoded-assets.gen.ts";
import { ICON_SVG } from "./icon.ts";

const ROBOTS_TXT = `User-agent: *
Disallow: /admin/
Disallow: /tick/
Disallow: /graphql
Disallow: /account
Disallow: /directory-podcasts/
Disallow: /login
Disallow: /search
`;

export type Asset = { contentType: string; body: string | Buffer; encoded?: Encoded };

export function findAsset(file: string): Asset | undefined {
  switch (file) {
    case "app.css":
      return { contentType: "text/css; charset=utf-8", body: APP_CSS, encoded: fromBase64(APP_CSS_ENCODED) };
    case "app.js":
      return { contentType: "text/javascript; charset=utf-8", body: APP_JS, encoded: fromBase64(APP_JS_ENCODED) };
    case "icon.svg":
    case "favicon.ico":
      return { contentType: "image/svg+xml", body: ICON_SVG, encoded: fromBase64(ICON_SVG_ENCODED) };
    case "robots.txt":
      return { contentType: "text/plain; charset=utf-8", body: ROBOTS_TXT };
    default:
      return undefined;
  }
}

function fromBase64({ br, gzip }: Record<keyof Encoded, string>): Encoded {
  return { br: Buffer.from(br, "base64"), gzip: Buffer.from(gzip, "base64") };
}
