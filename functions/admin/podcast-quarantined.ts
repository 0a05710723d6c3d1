import { adminFunction } from "../../shared/http/function.ts";
import { listQuarantined } from "../../shared/podcasts/identity/list-quarantined.ts";

/** Lists the podcasts that wait for the operator: another show at the feed's address, hollow feeds, equal GUIDs. */
export default adminFunction({
  readParams: () => ({}),
  run: async (ctx) => ({ podcasts: await listQuarantined(ctx.db) }),
});
