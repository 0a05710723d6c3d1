import { exportAccount } from "../../shared/accounts/export-account.ts";
import { identify } from "../../shared/auth/identify.ts";
import { unauthorized } from "../../shared/errors.ts";
import { httpFunction } from "../../shared/http/function.ts";
import type { Chunks } from "../../shared/http/stream.ts";

/** Returns all that is stored about the caller's account, as a JSON file. Also accepts an API key. */
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
