import type { Config } from "../config.ts";

/**
 * Returns the security headers of every reply. Scripts and styles may only come from the site's own files, never inline.
 * Images and media may come from anywhere, also over http, because many feeds still use it.
 */
export function securityHeaders(config: Config): Record<string, string> {
  return {
    "content-security-policy":
      "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' https: http: data:; media-src https: http:; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "strict-origin-when-cross-origin",
    "x-content-type-options": "nosniff",
    // Two years, as recommended for the preload list. Only if the public URL is https.
    ...(config.publicUrl.startsWith("https:") ? { "strict-transport-security": "max-age=63072000" } : {}),
  };
}
