import { missingParameter, notFoundGeneral } from "../../shared/errors.ts";
import { openFetch } from "../../shared/fetch/open-fetch.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { requireSameOrigin } from "../../shared/http/same-origin.ts";
import * as podcastAdder from "../../shared/mediators/podcast-adder.ts";
import { podcastPath } from "../../shared/web/links.ts";

/** The form on the first page. In development only: everywhere else podcasts are added by the operator. */
export default httpFunction<{ url: string }, podcastAdder.AddResult>({
  openFetch,

  readParams({ headers, body }, { config }) {
    if (config.env !== "development") throw notFoundGeneral('nothing takes a form at "/podcasts"');
    requireSameOrigin(headers, config.publicUrl);
    const url = new URLSearchParams(body.toString()).get("url")?.trim();
    if (!url) throw missingParameter("url");
    return { url };
  },

  handle: podcastAdder.run,

  render: ({ podcastId, title, isPrivate }) => ({
    status: 303,
    headers: { location: isPrivate ? "/" : podcastPath({ id: podcastId, title }) },
    body: "",
  }),
});
