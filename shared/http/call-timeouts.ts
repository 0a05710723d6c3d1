import type { Config } from "../config.ts";
import type { PodcoreFunction } from "./function.ts";
import type { Mount } from "./router.ts";
import { STREAM_TIMEOUT_MS } from "./stream.ts";

// Over a tick's own budget, for the feeds that are in flight when it is used up.
const TICK_GRACE_MS = 35_000;
// For an operator's function with --once, where its definition says nothing: hundreds of feeds may be added by one call.
const OPERATOR_TIMEOUT_MS = 3_600_000;

/** Returns how long a call over HTTP may take until its reply begins. */
export function timeoutMsOf(fn: PodcoreFunction, config: Config): number {
  return fn.kind === "http" ? config.requestTimeoutMs : config.tickBudgetMs + TICK_GRACE_MS;
}

/** Returns how long the slowest function's call over HTTP may take. */
export function longestCallMs(mounts: readonly Mount[], config: Config): number {
  return Math.max(...mounts.map(({ fn }) => timeoutMsOf(fn, config) + streamMsOf(fn)));
}

/** Returns how long the slowest function's call with --once may take. */
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
