import type { Context } from "../context.ts";
import { findTakedownOfFeed } from "../crawl/find-takedown-of-feed.ts";
import { UserError } from "../errors.ts";
import type { Feed } from "../feed/model.ts";
import { findTakedownOfShow } from "./find-takedown-of-show.ts";

type Asked = { feedUrls: readonly string[]; shown: string };

/** Lets a feed pass, unless the operator took the podcast at any of its URLs down. @throws UserError 403 */
export async function run(ctx: Context, { feedUrls, shown }: Asked): Promise<void> {
  const reason = await findTakedownOfFeed(ctx.db, feedUrls);
  if (reason !== undefined) throw takenDown(shown, reason);
}

/** Lets a new feed pass, unless its show was taken down at other URLs. @throws UserError 403 */
export async function requireNewShow(ctx: Context, { feed, shown }: { feed: Feed; shown: string }): Promise<void> {
  const reason = await findTakedownOfShow(ctx.db, feed);
  if (reason !== undefined) throw takenDown(shown, reason);
}

/** 403 rather than 451, which is for what the law demands (RFC 7725 3): an operator may have other reasons. */
export function takenDown(shown: string, reason: string): UserError {
  return new UserError(403, `Cannot add "${shown}": the operator has taken this podcast down: ${reason}`);
}
