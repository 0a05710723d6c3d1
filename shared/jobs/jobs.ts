import { noOp } from "./no-op.ts";
import { podcastRefresh } from "./podcast-refresh.ts";

/** Every job that there is, by the name it is stored under. */
export const JOBS = {
  no_op: noOp,
  podcast_refresh: podcastRefresh,
};

/** A job to be done, with the args that its definition reads. */
export type Job = {
  [Name in keyof typeof JOBS]: { name: Name; args: ReturnType<(typeof JOBS)[Name]["parse"]> };
}[keyof typeof JOBS];
