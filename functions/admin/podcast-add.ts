import { badParameter } from "../../shared/errors.ts";
import { openFetch } from "../../shared/fetch/open-fetch.ts";
import { adminFunction } from "../../shared/http/function.ts";
import { readFields, readFlag, readText } from "../../shared/json.ts";
import * as podcastAdder from "../../shared/podcasts/podcast-adder.ts";

type Params = { urls: string[]; isList: boolean; isPrivate: boolean | undefined; isForced: boolean };

/**
 * Adds the podcast at `url`, a feed's, a web page's or an Apple link, and tells what was found; or those at `urls`, one
 * after another, until one fails. `force` stores a feed again although it has not changed. `private` says whether a feed is
 * private; without it one whose URL looks so is stored as private, and the answer says why.
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
  if (!Array.isArray(urls) || urls.length === 0) throw badParameter("urls", "not a list of texts");
  return urls.map((url) => readText({ urls: url }, "urls"));
}
