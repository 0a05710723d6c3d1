import { ensureAccount, type SignedIn } from "../../shared/accounts/sign-in.ts";
import { identify } from "../../shared/auth/identify.ts";
import type { Context } from "../../shared/context.ts";
import { missingParameter, notFound } from "../../shared/errors.ts";
import { prefersHtml } from "../../shared/http/error-reply.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { readFlag, readForm } from "../../shared/http/read-form.ts";
import { jsonReply, seeOther, withCookies } from "../../shared/http/reply.ts";
import * as subscriptionUpdater from "../../shared/listening/subscription-updater.ts";
import { findPodcast } from "../../shared/podcasts/find-podcast.ts";
import { findTakedowns } from "../../shared/podcasts/find-takedowns.ts";
import { podcastPath, unslugId } from "../../shared/web/links.ts";

type Params = { id: number; isSubscribed: boolean; wantsJson: boolean };
type View = { path: string; isSubscribed: boolean; wantsJson: boolean; setCookies: SignedIn["setCookies"] };

/**
 * Subscribes the caller to a podcast, or unsubscribes. Used by the toggle button of its page, with or without script.
 */
export default httpFunction<Params, View>({
  identify,

  readParams(request) {
    const isSubscribed = readFlag(readForm(request), "subscribed");
    if (isSubscribed === undefined) throw missingParameter("subscribed");
    return {
      id: unslugId("id", request.params.id ?? ""),
      isSubscribed,
      wantsJson: prefersHtml(request.headers.accept) === false,
    };
  },

  async handle(ctx, { id, isSubscribed, wantsJson }) {
    // Checked first, so that no account is created for a podcast that does not exist.
    const path = await findPath(ctx, { id, isSubscribed });
    if (path === undefined) throw notFound("podcast", id);
    // Nor is one created for unsubscribing.
    if (!isSubscribed && ctx.caller.account === undefined)
      return { path, isSubscribed, wantsJson, setCookies: undefined };
    const { accountId, setCookies } = await ensureAccount(ctx);
    await subscriptionUpdater.run(ctx, { accountId, podcastId: id, isSubscribed });
    return { path, isSubscribed, wantsJson, setCookies };
  },

  render: ({ path, isSubscribed, wantsJson, ...cookie }) =>
    withCookies(wantsJson ? jsonReply({ subscribed: isSubscribed }) : seeOther(path), cookie),
});

/**
 * Returns the page to go to next. A podcast that was taken down can only be unsubscribed from; after that its page is
 * gone.
 */
async function findPath(ctx: Context, { id, isSubscribed }: Pick<Params, "id" | "isSubscribed">) {
  const accountId = ctx.caller.account?.id;
  const podcast = await findPodcast(ctx.db, { id, accountId });
  if (podcast !== undefined) return podcastPath(podcast);
  if (accountId === undefined || isSubscribed) return undefined;
  const takedowns = await findTakedowns(ctx.db, { accountId, podcastIds: [id] });
  return takedowns.has(id) ? "/account" : undefined;
}
