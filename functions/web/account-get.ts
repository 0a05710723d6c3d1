import { listApiKeys, listLogins } from "../../shared/accounts/list-credentials.ts";
import { identify } from "../../shared/auth/identify.ts";
import { toPage } from "../../shared/db/cursor.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { countNewEpisodes } from "../../shared/listening/count-new-episodes.ts";
import { listAccountEpisodes } from "../../shared/listening/list-account-episodes.ts";
import { listNewEpisodes } from "../../shared/listening/list-new-episodes.ts";
import { listSubscriptions } from "../../shared/listening/list-subscriptions.ts";
import { isMailOff } from "../../shared/mail/is-mail-off.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { type AccountView, accountPage } from "../../shared/web/pages/account-page.ts";

// Fills whole rows of cards in two, three, four, five or six columns.
const NUM_SUBSCRIPTIONS = 60;
// As many as fit on a screen. The API lists all of them.
const NUM_EPISODES = 10;

type Params = { after: string | undefined };

/** The account's page. Sends callers without an account to the login page. */
export default httpFunction<Params, AccountView | undefined>({
  identify,

  readParams: ({ query }) => ({ after: query.get("after") || undefined }),

  async handle(ctx, { after }) {
    const { account, credential } = ctx.caller;
    if (account === undefined) return undefined;
    const accountId = account.id;
    const listed = { accountId, first: NUM_EPISODES, after: undefined };
    const parts = { hasDetails: false, hasNotes: false };
    const [subscriptions, inProgress, newEpisodes, favorites, logins, apiKeys] = await Promise.all([
      listSubscriptions(ctx.db, { accountId, first: NUM_SUBSCRIPTIONS, after }),
      listAccountEpisodes(ctx.db, { ...listed, kind: "in-progress" }),
      listNewEpisodes(ctx.db, { ...listed, parts }),
      listAccountEpisodes(ctx.db, { ...listed, kind: "favorites" }),
      listLogins(ctx.db, accountId),
      listApiKeys(ctx.db, accountId),
    ]);
    const page = toPage(subscriptions, NUM_SUBSCRIPTIONS);
    const podcastIds = page.items.map(({ podcastId }) => podcastId);
    return {
      account,
      subscriptions: { ...page, numNew: await countNewEpisodes(ctx.db, { accountId, podcastIds }) },
      after,
      inProgress: toPage(inProgress, NUM_EPISODES).items,
      newEpisodes: toPage(newEpisodes, NUM_EPISODES).items,
      favorites: toPage(favorites, NUM_EPISODES).items,
      logins,
      loginId: credential?.kind === "login" ? credential.id : undefined,
      apiKeys,
      isMailOff: isMailOff(ctx.config),
    };
  },

  render(view, ctx) {
    if (view !== undefined) return pageReply(ctx, accountPage(view));
    return {
      status: 307,
      headers: { location: "/login?next=%2Faccount", "cache-control": "no-store", vary: "cookie" },
      body: "",
    };
  },
});
