import { ASSET_VERSION } from "./asset-version.gen.ts";

/** The path of an asset that names what it holds, so that a browser may keep it for good. */
export function assetPath(file: "app.css" | "app.js" | "icon.svg"): string {
  return `/assets/${ASSET_VERSION}/${file}`;
}
