import { identify } from "../../shared/auth/identify.ts";
import { toPage } from "../../shared/db/cursor.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { listPodcasts } from "../../shared/podcasts/list-podcasts.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { HOME_PAGE_SIZE, type HomeView, homePage } from "../../shared/web/pages/home-page.ts";

type Params = { after: string | undefined };

export default httpFunction<Params, HomeView>({
  identify,

  readParams: ({ query }) => ({ after: query.get("after") || undefined }),

  async handle(ctx, { after }) {
    const podcasts = await listPodcasts(ctx.db, { first: HOME_PAGE_SIZE, after });
    return { podcasts: toPage(podcasts, HOME_PAGE_SIZE), after };
  },

  render(view, ctx) {
    const isSignedIn = ctx.caller.account?.email != null;
    return pageReply(ctx, homePage(view, { showsForm: isSignedIn || ctx.config.env === "development", isSignedIn }));
  },
});
