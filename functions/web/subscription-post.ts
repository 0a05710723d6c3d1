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

/** Subscribes whoever asks to a podcast, or ends that: the toggler of its page, as a form or from a script. */
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
    // First, so that no account is made for what is not there.
    const path = await findPath(ctx, { id, isSubscribed });
    if (path === undefined) throw notFound("podcast", id);
    // Nor for whoever is subscribed to nothing, and stays so.
    if (!isSubscribed && ctx.caller.account === undefined)
      return { path, isSubscribed, wantsJson, setCookies: undefined };
    const { accountId, setCookies } = await ensureAccount(ctx);
    await subscriptionUpdater.run(ctx, { accountId, podcastId: id, isSubscribed });
    return { path, isSubscribed, wantsJson, setCookies };
  },

  render: ({ path, isSubscribed, wantsJson, ...cookie }) =>
    withCookies(wantsJson ? jsonReply({ subscribed: isSubscribed }) : seeOther(path), cookie),
});

/** Where to go from here. A podcast that was taken down can only be left, and its page may be gone then. */
async function findPath(ctx: Context, { id, isSubscribed }: Pick<Params, "id" | "isSubscribed">) {
  const accountId = ctx.caller.account?.id;
  const podcast = await findPodcast(ctx.db, { id, accountId });
  if (podcast !== undefined) return podcastPath(podcast);
  if (accountId === undefined || isSubscribed) return undefined;
  const takedowns = await findTakedowns(ctx.db, { accountId, podcastIds: [id] });
  return takedowns.has(id) ? "/account" : undefined;
}
