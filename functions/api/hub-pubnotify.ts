import { NOBODY } from "../../shared/context.ts";
import { UserError } from "../../shared/errors.ts";
import { clientAddress } from "../../shared/http/client-address.ts";
import { type FunctionRequest, httpFunction } from "../../shared/http/function.ts";
import { jsonReply } from "../../shared/http/reply.ts";
import * as publishNotifier from "../../shared/push/publish-notifier.ts";

type Params = { which: publishNotifier.Which | UserError; isPretty: boolean };
type ViewModel = { error: UserError | undefined; isPretty: boolean };

/**
 * Lets publishers say that a feed has changed, as Podcast Index does: `?id=1` or `?url=...`, and `pretty`. All replies have
 * its form, errors too.
 */
export default httpFunction<Params, ViewModel>({
  allowsCors: true,

  identify: async (ctx, { headers, remoteAddress }) => ({
    ...NOBODY,
    address: clientAddress({ headers, remoteAddress }, ctx.config),
  }),

  readParams: ({ query }) => ({ which: readWhich(query), isPretty: query.has("pretty") }),

  async handle(ctx, { which, isPretty }) {
    if (which instanceof UserError) return { error: which, isPretty };
    try {
      await publishNotifier.run(ctx, which);
      return { error: undefined, isPretty };
    } catch (error) {
      if (error instanceof UserError && error.status < 500) return { error, isPretty };
      throw error;
    }
  },

  render({ error, isPretty }) {
    const value =
      error === undefined
        ? { status: "true", description: "Feed marked for immediate update." }
        : { status: "false", description: error.message };
    const reply = jsonReply(value, error?.headers);
    return {
      ...reply,
      status: error?.status ?? 200,
      body: isPretty ? `${JSON.stringify(value, undefined, 4)}\n` : reply.body,
    };
  },
});

/** Reads which feed has changed. Empty parameters count as absent, because clients send them. */
function readWhich(query: FunctionRequest["query"]): Params["which"] {
  const [id, url] = [query.get("id"), query.get("url")];
  if (id) {
    const podcastId = /^\d{1,15}$/.test(id) ? Number(id) : 0;
    return podcastId > 0 ? { podcastId } : new UserError(400, `Invalid parameters: "${id.slice(0, 100)}" is not an id`);
  }
  return url ? { url } : new UserError(400, "Invalid parameters: id or url is required");
}
