import { identify } from "../../shared/auth/identify.ts";
import { unauthorized } from "../../shared/errors.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { jsonReply } from "../../shared/http/reply.ts";
import { exportAccount } from "../../shared/sql/export-account.ts";

/** All that is stored of the account that asks, as a JSON file; to an app's key as well. */
export default httpFunction<object, object>({
  identify,

  readParams: () => ({}),

  async handle(ctx) {
    const { account } = ctx.caller;
    if (account === undefined) throw unauthorized();
    return exportAccount(ctx.db, account.id);
  },

  render: (data) => jsonReply(data, { "content-disposition": 'attachment; filename="podcore-account.json"' }),
});
