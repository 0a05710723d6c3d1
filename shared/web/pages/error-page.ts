import type { Context } from "../../context.ts";
import type { ErrorView } from "../../http/error-reply.ts";
import type { Reply } from "../../http/function.ts";
import { html } from "../html.ts";
import { pageReply } from "../layout.ts";

/** Shows an error in the site's layout. Needs no database. */
export function renderError(view: ErrorView, ctx: Pick<Context, "config">): Reply {
  const reply = pageReply(ctx, {
    titles: [view.title],
    main: html`<div class="error">
<p class="status">${view.status}</p>
<h1>${view.title}</h1>
${view.message !== view.title && html`<p dir="auto">${view.message}</p>`}
<p><a class="button" href="/">All podcasts</a></p>
<p class="muted">Request ID: <code>${view.requestId}</code></p>
</div>`,
  });
  return { ...reply, status: view.status, headers: { ...reply.headers, "cache-control": "no-store" } };
}
