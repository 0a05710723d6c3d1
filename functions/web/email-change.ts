import * as emailChanger from "../../shared/accounts/email-changer.ts";
import { identify } from "../../shared/auth/identify.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { readForm } from "../../shared/http/read-form.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { emailChangedPage, emailChangePage, voidLinkPage } from "../../shared/web/pages/entry-pages.ts";

type Params = { isSent: boolean; secret: string; isStop: boolean };
type View =
  | (emailChanger.Asked & { kind: "form"; secret: string })
  | (emailChanger.Asked & { kind: "half" | "changed" | "stopped" })
  | { kind: "void" };

/** Where the two links of a change of address lead. Opening them changes nothing: programs open links, too. */
export default httpFunction<Params, View>({
  identify,

  readParams(request) {
    const form = readForm(request);
    const isSent = request.method === "POST";
    const secret = isSent ? form("code") : (request.query.get("code") ?? "");
    return { isSent, secret, isStop: form("stop") === "true" };
  },

  async handle(ctx, { isSent, secret, isStop }) {
    const asked = await emailChanger.ask(ctx, { secret });
    if (asked === undefined) return { kind: "void" };
    if (!isSent) return { ...asked, kind: "form", secret };
    if (isStop) return (await emailChanger.stop(ctx, { secret })) ? { ...asked, kind: "stopped" } : { kind: "void" };
    return { ...asked, kind: await emailChanger.confirm(ctx, { secret }) };
  },

  render(view, ctx) {
    if (view.kind === "form") return pageReply(ctx, emailChangePage(view));
    if (view.kind !== "void") return pageReply(ctx, emailChangedPage(view));
    return { ...pageReply(ctx, voidLinkPage()), status: 404 };
  },
});
