import type { Context } from "../context.ts";
import { findTakedownOfFeed } from "../crawl/find-takedown-of-feed.ts";
import { findTakedownOfShow } from "../crawl/identity/find-takedown-of-show.ts";
import { UserError } from "../errors.ts";
import type { Feed } from "../feed/model.ts";

type Params = { feedUrls: readonly string[]; shown: string };

/** Throws if the operator has taken down the podcast at any of these URLs. @throws UserError 403 */
export async function run(ctx: Context, { feedUrls, shown }: Params): Promise<void> {
  const reason = await findTakedownOfFeed(ctx.db, feedUrls);
  if (reason !== undefined) throw takenDown(shown, reason);
}

/** Throws if the operator has taken down this show at other URLs. @throws UserError 403 */
export async function requireNewShow(ctx: Context, { feed, shown }: { feed: Feed; shown: string }): Promise<void> {
  const reason = await findTakedownOfShow(ctx.db, feed);
  if (reason !== undefined) throw takenDown(shown, reason);
}

/** Makes the error. 403, because 451 is only for legal demands (RFC 7725 3), and operators may have other reasons. */
export function takenDown(shown: string, reason: string): UserError {
  return new UserError(403, `Cannot add "${shown}": the operator has taken this podcast down: ${reason}`);
}
