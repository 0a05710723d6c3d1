import type { Claim } from "../lease-podcasts.ts";

/** True if a push announced what a crawl may find: it came during the last successful crawl, or later. */
export function isAnnounced({ pushedAt, lastSucceededAt }: Pick<Claim, "pushedAt" | "lastSucceededAt">): boolean {
  return pushedAt !== undefined && (lastSucceededAt === undefined || pushedAt >= lastSucceededAt);
}
