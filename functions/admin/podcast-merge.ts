import { mergePodcasts } from "../../shared/crawl/identity/podcast-merger.ts";
import { UserError } from "../../shared/errors.ts";
import { adminFunction } from "../../shared/http/function.ts";
import { readFields, readId } from "../../shared/json.ts";

/** Merges the podcast `loserId` into `winnerId`, which is the same show: its subscriptions, states and feed URLs. */
export default adminFunction({
  readParams(data) {
    const fields = readFields(data);
    return { winnerId: readId(fields, "winnerId"), loserId: readId(fields, "loserId") };
  },
  async run(ctx, pair) {
    const { kind, ...result } = await mergePodcasts(ctx, { ...pair, isDecided: true });
    if (kind === "merged") return result;
    const reason = "reason" in result ? result.reason : kind;
    throw new UserError(409, `Cannot merge podcast "${pair.loserId}" into "${pair.winnerId}": ${reason}`);
  },
});
