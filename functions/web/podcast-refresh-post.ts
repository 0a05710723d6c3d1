import { identify } from "../../shared/auth/identify.ts";
import { unauthorized } from "../../shared/errors.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { seeOther } from "../../shared/http/reply.ts";
import * as podcastRefresher from "../../shared/podcasts/podcast-refresher.ts";
import { unslugId } from "../../shared/web/links.ts";

type Params = { podcastId: number };

/** Requests a crawl of a podcast now, for a signed-in account. */
export default httpFunction<Params, Params>({
  identify,

  readParams: ({ params }) => ({ podcastId: unslugId("id", params.id ?? "") }),

  async handle(ctx, { podcastId }) {
    const { account } = ctx.caller;
    if (account === undefined || account.email === null) throw unauthorized();
    await podcastRefresher.run(ctx, { accountId: account.id, podcastId });
    return { podcastId };
  },

  render: ({ podcastId }) => seeOther(`/podcasts/${podcastId}`),
});
