import { badParameter } from "../../shared/errors.ts";
import { openFetch } from "../../shared/fetch/open-fetch.ts";
import { adminFunction } from "../../shared/http/function.ts";
import { readFields, readFlag, readText } from "../../shared/json.ts";
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
    for (const url of urls) added.push(await podcastAdder.run(ctx, { url, ...options }));
    return isList ? { added } : { ...added[0] };
  },
});

function readUrls(urls: unknown): string[] {
  if (!Array.isArray(urls) || urls.length === 0) throw badParameter("urls", "not a list of strings");
  return urls.map((url) => readText({ urls: url }, "urls"));
}
