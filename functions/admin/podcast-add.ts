import { badParameter } from "../../shared/errors.ts";
import { normalizeFeedUrl } from "../../shared/fetch/feed-url.ts";
import { openFetch } from "../../shared/fetch/open-fetch.ts";
import { adminFunction } from "../../shared/http/function.ts";
import { readFields, readFlag, readText } from "../../shared/json.ts";
import { giveAddress } from "../../shared/podcasts/identity/show-joiner.ts";
import * as podcastAdder from "../../shared/podcasts/podcast-adder.ts";

type Params = { urls: string[]; isList: boolean; isPrivate: boolean | undefined; isForced: boolean };

/**
 * Adds the podcast at `url` (a feed, a web page or an Apple Podcasts link) and returns it; or adds those at `urls`, one
 * after another, until one fails. `force` stores a feed again even if it has not changed. `private` says whether a feed
 * is private; without it, a feed whose URL looks private is stored as private, and the answer says why.
 */
export default adminFunction<Params, object>({
  openFetch,

  readParams(data) {
    const fields = readFields(data);
    const { urls } = fields;
    return {
      urls: urls === undefined ? [readText(fields, "url")] : readUrls(urls),
      isList: urls !== undefined,
      isPrivate: fields.private === undefined ? undefined : readFlag(fields, "private"),
      isForced: readFlag(fields, "force"),
    };
  },

  async run(ctx, { urls, isList, ...options }) {
    const added: podcastAdder.AddResult[] = [];
    for (const url of urls) {
      const params = { url, ...options };
      const found = await podcastAdder.run(ctx, params);
      // A copy's URL may be among those of a podcast that has lost its address: only the operator decides which to ask.
      const isGiven = await giveAddress(ctx.db, { podcastId: found.podcastId, feedUrl: normalizeFeedUrl(url) });
      added.push(isGiven ? await podcastAdder.run(ctx, params) : found);
    }
    return isList ? { added } : { ...added[0] };
  },
});

function readUrls(urls: unknown): string[] {
  if (!Array.isArray(urls) || urls.length === 0) throw badParameter("urls", "not a list of strings");
  return urls.map((url) => readText({ urls: url }, "urls"));
}
