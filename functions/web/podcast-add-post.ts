import { identify } from "../../shared/auth/identify.ts";
import { missingParameter, unauthorized } from "../../shared/errors.ts";
import { openFetch } from "../../shared/fetch/open-fetch.ts";
import { prefersHtml } from "../../shared/http/error-reply.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { readFlag, readForm } from "../../shared/http/read-form.ts";
import { seeOther } from "../../shared/http/reply.ts";
import * as accountPodcastAdder from "../../shared/mediators/account-podcast-adder.ts";
import * as podcastAdder from "../../shared/mediators/podcast-adder.ts";
import { podcastPath } from "../../shared/web/links.ts";

type Params = { url: string; isPrivate: boolean; isFromBrowser: boolean };

/** The form on the first page: adds a podcast for whoever is signed in. In development anybody may, and no account has it then. */
export default httpFunction<Params, { location: string }>({
  openFetch,
  identify,

  readParams(request) {
    const form = readForm(request);
    const url = form("url").trim();
    if (url === "") throw missingParameter("url");
    const isFromBrowser = prefersHtml(request.headers.accept) ?? false;
    return { url, isPrivate: readFlag(form, "private") ?? false, isFromBrowser };
  },

  async handle(ctx, { isFromBrowser, ...params }) {
    const { account } = ctx.caller;
    if (account !== undefined && account.email !== null) {
      const added = await accountPodcastAdder.run(ctx, { ...params, accountId: account.id });
      return { location: podcastPath({ ...added, id: added.podcastId }) };
    }
    if (ctx.config.env === "development") {
      const added = await podcastAdder.run(ctx, params);
      // Nobody has a private one, not even who has just added it.
      return { location: added.isPrivate ? "/" : podcastPath({ ...added, id: added.podcastId }) };
    }
    // A program takes a redirect for success.
    if (!isFromBrowser) throw unauthorized();
    return { location: "/login" };
  },

  render: ({ location }) => seeOther(location),
});
