import { identify } from "../../shared/auth/identify.ts";
import { unauthorized } from "../../shared/errors.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { seeOther } from "../../shared/http/reply.ts";
import * as olderEpisodesRequester from "../../shared/podcasts/older-episodes-requester.ts";
import * as podcastRefresher from "../../shared/podcasts/podcast-refresher.ts";
import { unslugId } from "../../shared/web/links.ts";

type Params = { podcastId: number; isOlder: boolean };

/** Requests a crawl of a podcast now, or (`older`) the next pages of its feed, for a signed-in account. */
export default httpFunction<Params, Params>({
  identify,

  readParams: ({ params, query }) => ({
    podcastId: unslugId("id", params.id ?? ""),
    isOlder: query.get("older") === "true",
  }),

  async handle(ctx, { podcastId, isOlder }) {
    const { account } = ctx.caller;
    if (account === undefined || account.email === null) throw unauthorized();
    const requester = isOlder ? olderEpisodesRequester : podcastRefresher;
    await requester.run(ctx, { accountId: account.id, podcastId });
    return { podcastId, isOlder };
  },

  render: ({ podcastId }) => seeOther(`/podcasts/${podcastId}`),
});
