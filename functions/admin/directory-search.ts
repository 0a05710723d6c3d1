import { openFetch } from "../../shared/fetch/open-fetch.ts";
import { adminFunction } from "../../shared/http/function.ts";
import { readFields, readText } from "../../shared/json.ts";
import * as directorySearcher from "../../shared/search/directory-searcher.ts";
import { requireQuery } from "../../shared/search/search-query.ts";

/** Searches the directory for all words of `query`, and returns its answer. */
export default adminFunction({
  openFetch,
  readParams: (data) => ({ query: requireQuery("query", readText(readFields(data), "query")) }),
  run: directorySearcher.run,
});
