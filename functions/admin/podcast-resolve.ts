import { badParameter } from "../../shared/errors.ts";
import { openFetch } from "../../shared/fetch/open-fetch.ts";
import { adminFunction } from "../../shared/http/function.ts";
import { readFields, readId, readText } from "../../shared/json.ts";
import * as quarantineResolver from "../../shared/podcasts/identity/quarantine-resolver.ts";

type Params = { podcastId: number; decision: quarantineResolver.Decision };

/**
 * Decides about another show at the address of `podcastId`: `decision` is "same" if the podcast has become that show, or
 * "other" if it is a podcast of its own.
 */
export default adminFunction<Params, quarantineResolver.ResolveResult>({
  openFetch,
  readParams(data) {
    const fields = readFields(data);
    const decision = readText(fields, "decision");
    if (decision !== "same" && decision !== "other")
      throw badParameter("decision", `neither "same" nor "other": ${JSON.stringify(decision)}`);
    return { podcastId: readId(fields, "podcastId"), decision };
  },
  run: quarantineResolver.run,
});
