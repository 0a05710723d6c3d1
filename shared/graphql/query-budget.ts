import { networkOf } from "../address.ts";
import type { Context } from "../context.ts";
import { takeRateLimit } from "../db/take-rate-limit.ts";
import { tooManyRequests } from "../errors.ts";
import { isKnownAddress } from "../http/client-address.ts";

// Budgets are counted in blocks, so that few requests need a statement. No request costs more than a block.
const BLOCK_POINTS = 30_000;
// 600,000 points. A sync of 5,000 subscriptions takes about 30,000, or 600,000 with the newest 50 episodes of each.
const BLOCKS_MAX = 20;
// Callers of unknown address share one budget. A point is about 15 us of CPU, so this is a third of a core.
const UNKNOWN_BLOCKS_MAX = 400;
// Long enough for a whole sync in one go, short enough for an app to wait for the next.
const WINDOW_SECONDS = 600;
// Each takes a few hundred bytes. Dropping the oldest gives its caller at most one extra block.
const PURSES_MAX = 10_000;

type SpendContext = Pick<Context, "caller" | "config" | "db" | "now">;
/** The part of a caller's budget that this process holds. */
type Purse = { points: number; isEmpty: boolean; endsAt: number; refill: Promise<void> | undefined };

const purses = new Map<string, Purse>();

/**
 * Takes points from the budget of the caller's account or, without one, of its network. Each process grants the first
 * block of a window itself, so that most callers need no statement. Further blocks are counted in Postgres, for all
 * processes together.
 *
 * @throws UserError 429 if the budget is used up; takes nothing then
 */
export async function spend(ctx: SpendContext, points: number): Promise<void> {
  const subject = subjectOf(ctx);
  const purse = openPurse(subject, ctx.now().getTime());
  while (purse.points < points && !purse.isEmpty) {
    // Concurrent requests wait for the same block.
    purse.refill ??= refill(ctx, { subject, purse }).finally(() => {
      purse.refill = undefined;
    });
    await purse.refill;
  }
  if (purse.isEmpty) throw refusal(ctx, purse);
  purse.points -= points;
}

function subjectOf({ caller, config }: SpendContext): string {
  if (caller.account !== undefined) return `account ${caller.account.id}`;
  return isKnownAddress(caller.address, config) ? networkOf(caller.address) : "unknown";
}

function openPurse(subject: string, now: number): Purse {
  const known = purses.get(subject);
  if (known !== undefined && now < known.endsAt) return known;
  const endsAt = now + WINDOW_SECONDS * 1_000;
  const purse = { points: BLOCK_POINTS, isEmpty: false, endsAt, refill: undefined };
  // Maps keep insertion order: inserting it again makes it the newest.
  purses.delete(subject);
  purses.set(subject, purse);
  const [oldest] = purses.keys();
  if (purses.size > PURSES_MAX && oldest !== undefined) purses.delete(oldest);
  return purse;
}

async function refill(ctx: SpendContext, { subject, purse }: { subject: string; purse: Purse }): Promise<void> {
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

function refusal({ caller, now }: SpendContext, { endsAt }: Purse) {
  const who = caller.account === undefined ? "network" : "account";
  const hint = caller.account === undefined ? ", or use an API key: an account has a budget of its own" : "";
  const seconds = Math.max(1, Math.ceil((endsAt - now().getTime()) / 1_000));
  const message = `Too many requests: this ${who} has used up its budget of GraphQL queries. Try again in ${seconds} s${hint}`;
  return tooManyRequests(message, seconds);
}
