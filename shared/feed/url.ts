import { hasLongHost } from "../long-host.ts";
import { LIMITS } from "./model.ts";

/**
 * Returns an absolute http or https URL, resolved against `base`. Repairs ampersands that were escaped twice. Rejects URLs
 * that are too long, because a truncated URL would be another URL.
 */
export function webUrl(value: string | undefined, base: string | undefined): string | undefined {
  if (value === undefined || value.length > LIMITS.url * 2) return undefined;
  const text = value.trim().replaceAll("&amp;", "&");
  if (text === "" || hasLongHost(text)) return undefined;
  const url = URL.parse(text, base);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) return undefined;
  return url.href.length <= LIMITS.url ? url.href : undefined;
}
