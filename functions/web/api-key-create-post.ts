import * as apiKeyCreator from "../../shared/accounts/api-key-creator.ts";
import { identify } from "../../shared/auth/identify.ts";
import { requirePermanentLogin } from "../../shared/auth/require-login.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { readForm } from "../../shared/http/read-form.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { newApiKeyPage } from "../../shared/web/pages/account-forms.ts";

type View = { name: string; apiKey: string };

/** Creates an API key and shows it this one time. */
export default httpFunction<{ name: string }, View>({
  identify,

  readParams: (request) => ({ name: readForm(request)("name").trim() }),

  async handle(ctx, { name }) {
    const { id: accountId } = requirePermanentLogin(ctx);
    return { name, apiKey: await apiKeyCreator.run(ctx, { accountId, name }) };
  },

  render: (view, ctx) => pageReply(ctx, newApiKeyPage({ ...view, publicUrl: ctx.config.publicUrl })),
});
