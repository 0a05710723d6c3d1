import type { Config } from "../config.ts";
import type { PodcoreFunction } from "./function.ts";
import type { Mount } from "./router.ts";
import { STREAM_TIMEOUT_MS } from "./stream.ts";

// On top of a tick's budget, for feeds still in flight when the budget is used up.
const TICK_GRACE_MS = 35_000;
// Default for an operator function with --once. One call may add hundreds of feeds.
const OPERATOR_TIMEOUT_MS = 3_600_000;

/** Returns how long a call over HTTP may take until its reply starts. */
export function timeoutMsOf(fn: PodcoreFunction, config: Config): number {
  return fn.kind === "http" ? config.requestTimeoutMs : config.tickBudgetMs + TICK_GRACE_MS;
}

/** Returns the longest time that a call over HTTP may take, including a streamed reply. */
export function longestCallMs(mounts: readonly Mount[], config: Config): number {
  return Math.max(...mounts.map(({ fn }) => timeoutMsOf(fn, config) + streamMsOf(fn)));
}

/** Returns the longest time that a call with --once may take. */
export function onceTimeoutMs(mounts: readonly Mount[], config: Config): number {
  const ownMs = (fn: PodcoreFunction) => (fn.kind === "admin" ? (fn.onceTimeoutMs ?? OPERATOR_TIMEOUT_MS) : undefined);
  return Math.max(...mounts.map(({ fn }) => ownMs(fn) ?? timeoutMsOf(fn, config) + streamMsOf(fn)));
}

function streamMsOf(fn: PodcoreFunction): number {
  return isStreaming(fn) ? STREAM_TIMEOUT_MS : 0;
}

function isStreaming(fn: PodcoreFunction): boolean {
  return fn.kind === "http" && fn.streams === true;
}
