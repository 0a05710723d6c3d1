import * as emailChanger from "../../shared/accounts/email-changer.ts";
import { identify } from "../../shared/auth/identify.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { readForm } from "../../shared/http/read-form.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { emailChangedPage, emailChangePage, expiredLinkPage } from "../../shared/web/pages/entry-pages.ts";

type Params = { isSent: boolean; secret: string; isStop: boolean };
type View =
  | (emailChanger.OpenedLink & { kind: "form"; secret: string })
  | (emailChanger.OpenedLink & { kind: "half" | "changed" | "stopped" })
  | { kind: "void" };

/** The page of the two links of an email change. Opening one changes nothing, because software opens links too. */
export default httpFunction<Params, View>({
  identify,

  readParams(request) {
    const form = readForm(request);
    const isSent = request.method === "POST";
    const secret = isSent ? form("code") : (request.query.get("code") ?? "");
    return { isSent, secret, isStop: form("stop") === "true" };
  },

  async handle(ctx, { isSent, secret, isStop }) {
    const link = await emailChanger.inspectLink(ctx, { secret });
    if (link === undefined) return { kind: "void" };
    if (!isSent) return { ...link, kind: "form", secret };
    if (isStop) return (await emailChanger.stop(ctx, { secret })) ? { ...link, kind: "stopped" } : { kind: "void" };
    return { ...link, kind: await emailChanger.confirm(ctx, { secret }) };
  },

  render(view, ctx) {
    if (view.kind === "form") return pageReply(ctx, emailChangePage(view));
    if (view.kind !== "void") return pageReply(ctx, emailChangedPage(view));
    return { ...pageReply(ctx, expiredLinkPage()), status: 404 };
  },
});
