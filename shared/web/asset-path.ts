import { ASSET_VERSION } from "./asset-version.gen.ts";

/** Returns the path of an asset with its version, so that browsers can cache it forever. */
export function assetPath(file: "app.css" | "app.js" | "icon.svg"): string {
  return `/assets/${ASSET_VERSION}/${file}`;
}
