import type { Config } from "../config.ts";

/**
 * The headers of every reply. Scripts and styles come from the site's own files, never from a page; pictures and sound
 * come from wherever a feed says, over http too, because many feeds still do.
 */
export function securityHeaders(config: Config): Record<string, string> {
  return {
    "content-security-policy":
      "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' https: http: data:; media-src https: http:; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "strict-origin-when-cross-origin",
    "x-content-type-options": "nosniff",
    // Two years, the preload list's own bound; only where the operator says that the site is https.
    ...(config.publicUrl.startsWith("https:") ? { "strict-transport-security": "max-age=63072000" } : {}),
  };
}
