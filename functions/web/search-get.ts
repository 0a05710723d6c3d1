import { identify } from "../../shared/auth/identify.ts";
import { badParameter } from "../../shared/errors.ts";
import { openFetch } from "../../shared/fetch/open-fetch.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { normalizeQuery } from "../../shared/search/search-query.ts";
import * as siteSearcher from "../../shared/search/site-searcher.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { unslugId } from "../../shared/web/links.ts";
import { type SearchView, searchPage } from "../../shared/web/pages/search-page.ts";

type Params = {
  query: string | undefined;
  kind: siteSearcher.SearchKind;
  after: string | undefined;
  podcastId: number | undefined;
};

/**
 * Searches podcasts, episodes and the directory for `q`. With `kind`, returns a page of one of these lists; with `podcast`,
 * a page of that podcast's episodes.
 */
export default httpFunction<Params, SearchView>({
  openFetch,
  identify,

  readParams: ({ query }) => ({
    query: normalizeQuery("q", query.get("q") ?? ""),
    kind: readKind(query.get("kind") ?? "all"),
    after: query.get("after") || undefined,
    podcastId: query.has("podcast") ? unslugId("podcast", query.get("podcast") ?? "") : undefined,
  }),

  async handle(ctx, { query, kind, after, podcastId }) {
    const result =
      query === undefined
        ? siteSearcher.NOTHING_SEARCHED
        : await siteSearcher.run(ctx, { query, kind, after, podcastId });
    return { query, kind, after, ...result };
  },

  render: (view, ctx) => pageReply(ctx, searchPage(view)),
});

function readKind(value: string): siteSearcher.SearchKind {
  if (value === "all" || value === "podcasts" || value === "episodes") return value;
  throw badParameter("kind", `not one of all, podcasts, episodes: "${value.slice(0, 100)}"`);
}
