import { and, eq, type SQL } from "drizzle-orm";
import { episode, podcast } from "../db/schema.ts";

/** A podcast that anybody who knows its id may see. The one place that says what "private" hides. */
export function isVisible(): SQL {
  return eq(podcast.isPrivate, false);
}

/** A podcast that may stand on public lists: visible, and not asking to stay off them. */
export function isListed(): SQL | undefined {
  return and(isVisible(), eq(podcast.isBlocked, false));
}

/** An episode that may stand on public lists (itunes:block is for items, too). Who knows its id may see it. */
export function isEpisodeListed(): SQL {
  return eq(episode.isBlocked, false);
}
