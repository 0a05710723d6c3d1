import { exportAccount } from "../../shared/accounts/export-account.ts";
import { identify } from "../../shared/auth/identify.ts";
import { unauthorized } from "../../shared/errors.ts";
import { httpFunction } from "../../shared/http/function.ts";
import type { Chunks } from "../../shared/http/stream.ts";

/** All that is stored of the account that asks, as a JSON file; to an app's key as well. */
export default httpFunction<object, Chunks, Chunks>({
  identify,
  streams: true,

  readParams: () => ({}),

  handle(ctx) {
    const { account } = ctx.caller;
    if (account === undefined) throw unauthorized();
    return exportAccount(ctx.db, account.id);
  },

  render: (body) => ({
    headers: {
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store",
      "content-disposition": 'attachment; filename="podcore-account.json"',
    },
    body,
  }),
});
