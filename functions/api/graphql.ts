import { identify } from "../../shared/auth/identify.ts";
import { UserError } from "../../shared/errors.ts";
import { openFetchLazily } from "../../shared/fetch/open-fetch-lazily.ts";
import { type QueryRequest, readQueryRequest } from "../../shared/graphql/read-request.ts";
import { chooseMediaType, errorReply, type MediaType, resultReply } from "../../shared/graphql/reply.ts";
import { type Outcome, runQuery } from "../../shared/graphql/run-query.ts";
import { httpFunction } from "../../shared/http/function.ts";

type Refused = { kind: "refused"; mediaType: MediaType; error: UserError };
type Params = Refused | { kind: "query"; mediaType: MediaType; request: QueryRequest };
type ViewModel = Refused | { kind: "answered"; mediaType: MediaType; outcome: Outcome };

/** The GraphQL API over GET and POST. Errors in a request are always reported as GraphQL errors, even to browsers. */
export default httpFunction<Params, ViewModel>({
  identify,
  allowsCors: true,
  openFetch: openFetchLazily,
  tooLargeStatus: 400,

  readParams(request, ctx) {
    const mediaType = chooseMediaType(request.headers.accept);
    try {
      return { kind: "query", mediaType, request: readQueryRequest(request, ctx.config) };
    } catch (error) {
      return toRefused(error, mediaType);
    }
  },

  async handle(ctx, params) {
    if (params.kind === "refused") return params;
    const { mediaType, request } = params;
    try {
      return { kind: "answered", mediaType, outcome: await runQuery(ctx, request) };
    } catch (error) {
      return toRefused(error, mediaType);
    }
  },

  render(view, { caller }) {
    const reply =
      view.kind === "refused" ? errorReply(view.error, view.mediaType) : resultReply(view.outcome, view.mediaType);
    // Caches must not store what an account sees.
    return caller.account ? { ...reply, headers: { ...reply.headers, "cache-control": "no-store" } } : reply;
  },
});

/** Turns an error of the request into a reply. @throws any other error, which the wrapper logs and answers */
function toRefused(error: unknown, mediaType: MediaType): Refused {
  if (error instanceof UserError && error.status < 500) return { kind: "refused", mediaType, error };
  throw error;
}
