import { httpFunction } from "../../shared/http/function.ts";
import { listPodcasts } from "../../shared/sql/list-podcasts.ts";
import { type HomeView, homePage } from "../../shared/web/home-page.ts";
import { pageReply } from "../../shared/web/layout.ts";

// Full rows of cards in two, three, four, five or six columns.
const PAGE_SIZE = 60;

type Params = { after: string | undefined };

export default httpFunction<Params, HomeView>({
  readParams: ({ query }) => ({ after: query.get("after") || undefined }),

  async handle(ctx, { after }) {
    return { podcasts: await listPodcasts(ctx.db, { first: PAGE_SIZE, after }), after };
  },

  render: (view, ctx) => pageReply(ctx, homePage(view, { showsForm: ctx.config.env === "development" })),
});
