import { notFoundGeneral } from "../../shared/errors.ts";
import { type FunctionRequest, httpFunction } from "../../shared/http/function.ts";
import { isSigned, openSignature } from "../../shared/push/callback.ts";
import * as hubVerifier from "../../shared/push/hub-verifier.ts";
import * as pushReceiver from "../../shared/push/push-receiver.ts";

type Params =
  | { kind: "verification"; token: string; asked: hubVerifier.Verification | undefined; challenge: string }
  | { kind: "push"; token: string; isSigned: boolean };
type ViewModel = { status: number; body: string };

// As much as a feed may have. Hubs send whole feeds, or only what is new.
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_CHALLENGE_LENGTH = 4_096;

/** The callback of podcore's subscriptions at hubs: verification by GET, pushes by POST (W3C WebSub 5.3, 7). */
export default httpFunction<Params, ViewModel>({
  digest: {
    maxBytes: MAX_BYTES,
    async open(request, ctx) {
      const { token, signature } = signedBy(request);
      const secret = signature === undefined ? undefined : await pushReceiver.findSecret(ctx, token);
      return secret === undefined ? undefined : openSignature({ secret, signature });
    },
  },

  readParams(request) {
    const { method, query, bodyDigest } = request;
    const { token, signature } = signedBy(request);
    if (method === "POST") {
      return { kind: "push", token, isSigned: bodyDigest !== undefined && isSigned(bodyDigest, signature) };
    }
    return { kind: "verification", token, asked: readVerification(query), challenge: query.get("hub.challenge") ?? "" };
  },

  async handle(ctx, params) {
    if (params.kind === "push") {
      const received = await pushReceiver.run(ctx, params);
      // 410 has the hub end the subscription. A wrong signature is no reason to push again, and so is answered like a right one.
      return { status: received === "gone" ? 410 : 204, body: "" };
    }
    const { token, asked, challenge } = params;
    const isReadable = asked?.mode === "denied" || (challenge !== "" && challenge.length <= MAX_CHALLENGE_LENGTH);
    const isConfirmed = asked !== undefined && isReadable && (await hubVerifier.run(ctx, { token, asked }));
    if (!isConfirmed) throw notFoundGeneral("podcore has not asked for this");
    return { status: 200, body: challenge };
  },

  render: ({ status, body }) => ({
    status,
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
    body,
  }),
});

function signedBy({ path, headers }: Pick<FunctionRequest, "path" | "headers">) {
  const signature = headers["x-hub-signature"];
  return {
    token: path.slice(path.lastIndexOf("/") + 1),
    signature: typeof signature === "string" ? signature : undefined,
  };
}

function readVerification(query: URLSearchParams): hubVerifier.Verification | undefined {
  const topicUrl = query.get("hub.topic") ?? "";
  switch (query.get("hub.mode")) {
    case "subscribe":
      return { mode: "subscribe", topicUrl, leaseSeconds: readSeconds(query.get("hub.lease_seconds")) };
    case "unsubscribe":
      return { mode: "unsubscribe", topicUrl };
    case "denied":
      return { mode: "denied", topicUrl, reason: (query.get("hub.reason") ?? "").slice(0, 1_000) };
    default:
      return undefined;
  }
}

function readSeconds(text: string | null): number | undefined {
  return text !== null && /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}
