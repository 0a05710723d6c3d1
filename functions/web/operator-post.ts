import { identifyOperator } from "../../shared/auth/identify-operator.ts";
import type { Context } from "../../shared/context.ts";
import { mergePodcasts } from "../../shared/crawl/identity/podcast-merger.ts";
import * as podcastUnmerger from "../../shared/crawl/identity/podcast-unmerger.ts";
import { badParameter, UserError } from "../../shared/errors.ts";
import { openFetch } from "../../shared/fetch/open-fetch.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { type Form, readForm } from "../../shared/http/read-form.ts";
import { seeOther } from "../../shared/http/reply.ts";
import { retryJob } from "../../shared/jobs/parked-jobs.ts";
import * as workerWaker from "../../shared/jobs/worker-waker.ts";
import { readId, readText } from "../../shared/json.ts";
import * as quarantineResolver from "../../shared/podcasts/identity/quarantine-resolver.ts";
import * as podcastBlocker from "../../shared/podcasts/podcast-blocker.ts";
import { OPERATOR_PATH, operatorPath } from "../../shared/web/links.ts";

type Action = (ctx: Context, form: Form) => Promise<string>;

// Each does what the operator function of its name does, and returns the page to go to next.
const ACTIONS: Readonly<Record<string, Action>> = {
  "resolve-same": (ctx, form) => resolve(ctx, { podcastId: idIn(form, "podcastId"), decision: "same" }),
  "resolve-other": (ctx, form) => resolve(ctx, { podcastId: idIn(form, "podcastId"), decision: "other" }),
  async merge(ctx, form) {
    const pair = { winnerId: idIn(form, "winnerId"), loserId: idIn(form, "loserId") };
    const result = await mergePodcasts(ctx, { ...pair, isDecided: true });
    if (result.kind === "merged") return operatorPath(pair.winnerId, "merged");
    throw new UserError(409, `Cannot merge podcast "${pair.loserId}" into "${pair.winnerId}": ${result.reason}`);
  },
  async unmerge(ctx, form) {
    const { loserId } = await podcastUnmerger.run(ctx, { loserId: idIn(form, "loserId") });
    return operatorPath(loserId, "unmerged");
  },
  async block(ctx, form) {
    const podcastId = idIn(form, "podcastId");
    await podcastBlocker.block(ctx, {
      which: { podcastId },
      reason: readText({ reason: form("reason").trim() }, "reason"),
    });
    return operatorPath(podcastId, "blocked");
  },
  async unblock(ctx, form) {
    const podcastId = idIn(form, "podcastId");
    await podcastBlocker.unblock(ctx, { which: { podcastId } });
    return operatorPath(podcastId, "unblocked");
  },
  async retry(ctx, form) {
    await retryJob(ctx, { jobId: idIn(form, "jobId") });
    workerWaker.run(ctx);
    return `${OPERATOR_PATH}?list=jobs`;
  },
};

type Params = { act: Action; form: Form };

/** Does what a button of the operator's pages says. */
export default httpFunction<Params, string>({
  identify: identifyOperator,
  openFetch,

  readParams(request) {
    const form = readForm(request);
    const name = form("action");
    const act = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (act === undefined) throw badParameter("action", `not an action: "${name.slice(0, 100)}"`);
    return { act, form };
  },

  handle: (ctx, { act, form }) => act(ctx, form),

  render: (path) => seeOther(path),
});

async function resolve(ctx: Context, params: Parameters<typeof quarantineResolver.run>[1]): Promise<string> {
  const { podcastId, decision, error } = await quarantineResolver.run(ctx, params);
  // The decision stands; adding the found show can be tried again.
  if (error !== undefined)
    throw new UserError(422, `Podcast "${podcastId}" stays as it is, but cannot add the show that was found: ${error}`);
  return operatorPath(podcastId, decision === "same" ? "same" : "other");
}

function idIn(form: Form, name: string): number {
  return readId({ [name]: form(name) || undefined }, name);
}
