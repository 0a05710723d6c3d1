import { identify } from "../../shared/auth/identify.ts";
import type { Context } from "../../shared/context.ts";
import { toPage } from "../../shared/db/cursor.ts";
import { missingParameter, UserError, unauthorized } from "../../shared/errors.ts";
import { normalizeFeedUrl } from "../../shared/fetch/feed-url.ts";
import { openFetch } from "../../shared/fetch/open-fetch.ts";
import { prefersHtml } from "../../shared/http/error-reply.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { readFlag, readForm } from "../../shared/http/read-form.ts";
import { seeOther } from "../../shared/http/reply.ts";
import * as accountPodcastAdder from "../../shared/listening/account-podcast-adder.ts";
import { listPodcasts } from "../../shared/podcasts/list-podcasts.ts";
import * as podcastAdder from "../../shared/podcasts/podcast-adder.ts";
import * as privacyJudge from "../../shared/podcasts/privacy-judge.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { podcastPath } from "../../shared/web/links.ts";
import { type AddForm, HOME_PAGE_SIZE, type HomeView, homePage } from "../../shared/web/pages/home-page.ts";

type Params = { url: string; isPrivate: boolean | undefined; isFromBrowser: boolean };
type View = { kind: "done"; location: string } | { kind: "refused"; home: HomeView; form: AddForm; error: UserError };

/**
 * Adds a podcast for a signed-in account, from the form on the home page. In development, callers without an account
 * can add public ones too.
 */
export default httpFunction<Params, View>({
  openFetch,
  identify,

  readParams(request) {
    const form = readForm(request);
    const isFromBrowser = prefersHtml(request.headers.accept) ?? false;
    return { url: form("url").trim(), isPrivate: readFlag(form, "private"), isFromBrowser };
  },

  async handle(ctx, { isFromBrowser, ...params }) {
    try {
      if (params.url === "") throw missingParameter("url");
      return { kind: "done", location: await add(ctx, { isFromBrowser, ...params }) };
    } catch (error) {
      // Programs get an error status. Browsers get the form again, with its input and the error.
      if (!isFromBrowser || !(error instanceof UserError)) throw error;
      const podcasts = await listPodcasts(ctx.db, { first: HOME_PAGE_SIZE, after: undefined });
      const home = { podcasts: toPage(podcasts, HOME_PAGE_SIZE), after: undefined };
      return { kind: "refused", home, form: { ...params, fault: error.message }, error };
    }
  },

  render(view, ctx) {
    if (view.kind === "done") return seeOther(view.location);
    const isSignedIn = ctx.caller.account?.email != null;
    const page = homePage(view.home, { showsForm: true, isSignedIn, form: view.form });
    const reply = pageReply(ctx, { ...page, isPersonal: true });
    return { ...reply, status: view.error.status, headers: { ...reply.headers, ...view.error.headers } };
  },
});

/** Adds the podcast. @returns the page to redirect to */
async function add(ctx: Context, { isFromBrowser, ...params }: Params): Promise<string> {
  const { account } = ctx.caller;
  if (account !== undefined && account.email !== null) {
    const added = await accountPodcastAdder.run(ctx, { ...params, accountId: account.id });
    return podcastPath({ ...added, id: added.podcastId });
  }
  if (ctx.config.env === "development") {
    await requirePublic(ctx, params);
    const added = await podcastAdder.run(ctx, params);
    // Without an account, nobody can see a private podcast, not even the visitor who added it.
    return added.isPrivate ? "/" : podcastPath({ ...added, id: added.podcastId });
  }
  // A program would take the redirect to the login page for success.
  if (!isFromBrowser) throw unauthorized();
  return "/login";
}

/**
 * Refuses a podcast that would be private only because of its URL: without an account, nobody could see it or say that
 * it is public. @throws UserError 422
 */
async function requirePublic(ctx: Context, { url, isPrivate }: Pick<Params, "url" | "isPrivate">): Promise<void> {
  const privacy = await privacyJudge.run(ctx, { feedUrl: normalizeFeedUrl(url), isPrivate, isListed: false });
  if (privacyJudge.reasonOf(privacy) !== "suspected") return;
  const why = "its URL has a long random part, like the URLs of feeds for paying subscribers";
  throw new UserError(
    422,
    `Cannot add this feed without an account: ${why}. Log in first, or send "private" as "false"`,
  );
}
