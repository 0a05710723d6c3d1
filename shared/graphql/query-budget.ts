import type { Context } from "../context.ts";
import { takeRateLimit } from "../db/take-rate-limit.ts";
import { tooManyRequests } from "../errors.ts";
import { isKnownAddress } from "../http/client-address.ts";
import { networkOf } from "../http/network.ts";

// A budget is counted in blocks, so that few requests take a statement of their own. No request costs more than a block.
const BLOCK_POINTS = 30_000;
// 600 000 points. A sync of 5 000 subscriptions takes some 30 000, or 600 000 with the newest 50 episodes of each.
const BLOCKS_MAX = 20;
// Callers of unknown addresses share one budget. A point is about 15 us of CPU, so theirs is a third of a core.
const UNKNOWN_BLOCKS_MAX = 400;
// Long enough for a whole sync in one go, short enough for an app to wait for the next.
const WINDOW_SECONDS = 600;
// Purses of some hundred bytes each. The oldest is dropped first, which gives its caller at most one block more.
const PURSES_MAX = 10_000;

type Asking = Pick<Context, "caller" | "config" | "db" | "now">;
/** What this process holds of a caller's budget. */
type Purse = { points: number; isEmpty: boolean; endsAt: number; refill: Promise<void> | undefined };

const purses = new Map<string, Purse>();

/**
 * Takes points from the caller's budget: the account's, else the network's. The first block of a window is each process's
 * own, so that most callers cost no statement. Further blocks are counted in Postgres, for all processes together.
 *
 * @throws UserError 429 when the budget is empty; nothing is taken then
 */
export async function spend(ctx: Asking, points: number): Promise<void> {
  const subject = subjectOf(ctx);
  const purse = openPurse(subject, ctx.now().getTime());
  while (purse.points < points && !purse.isEmpty) {
    // Requests that come together wait for one block.
    purse.refill ??= refill(ctx, { subject, purse }).finally(() => {
      purse.refill = undefined;
    });
    await purse.refill;
  }
  if (purse.isEmpty) throw refusal(ctx, purse);
  purse.points -= points;
}

function subjectOf({ caller, config }: Asking): string {
  if (caller.account !== undefined) return `account ${caller.account.id}`;
  return isKnownAddress(caller.address, config) ? networkOf(caller.address) : "unknown";
}

function openPurse(subject: string, now: number): Purse {
  const known = purses.get(subject);
  if (known !== undefined && now < known.endsAt) return known;
  const endsAt = now + WINDOW_SECONDS * 1_000;
  const purse = { points: BLOCK_POINTS, isEmpty: false, endsAt, refill: undefined };
  // A map keeps the order in which keys came: this one is the newest.
  purses.delete(subject);
  purses.set(subject, purse);
  const [oldest] = purses.keys();
  if (purses.size > PURSES_MAX && oldest !== undefined) purses.delete(oldest);
  return purse;
}

async function refill(ctx: Asking, { subject, purse }: { subject: string; purse: Purse }): Promise<void> {
  const max = subject === "unknown" ? UNKNOWN_BLOCKS_MAX : BLOCKS_MAX;
  const limit = { kind: "graphql", subject, max, windowSeconds: WINDOW_SECONDS };
  const { isAllowed, retryAfterSeconds } = await takeRateLimit(ctx.db, limit);
  if (isAllowed) {
    purse.points += BLOCK_POINTS;
  } else {
    purse.isEmpty = true;
    purse.endsAt = ctx.now().getTime() + retryAfterSeconds * 1_000;
  }
}

function refusal({ caller, now }: Asking, { endsAt }: Purse) {
  const who = caller.account === undefined ? "network" : "account";
  const hint = caller.account === undefined ? ", or use an API key: an account has a budget of its own" : "";
  const seconds = Math.max(1, Math.ceil((endsAt - now().getTime()) / 1_000));
  const message = `Too many requests: this ${who} has used up its budget of GraphQL queries. Try again in ${seconds} s${hint}`;
  return tooManyRequests(message, seconds);
}
