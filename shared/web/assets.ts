import { APP_CSS } from "./app.css.ts";
import { APP_JS } from "./app-js.gen.ts";
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

export type Asset = { contentType: string; body: string | Buffer };

export function findAsset(file: string): Asset | undefined {
  switch (file) {
    case "app.css":
      return { contentType: "text/css; charset=utf-8", body: APP_CSS };
    case "app.js":
      return { contentType: "text/javascript; charset=utf-8", body: APP_JS };
    case "icon.svg":
    case "favicon.ico":
      return { contentType: "image/svg+xml", body: ICON_SVG };
    case "robots.txt":
      return { contentType: "text/plain; charset=utf-8", body: ROBOTS_TXT };
    default:
      return undefined;
  }
}
