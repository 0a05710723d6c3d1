import type { Context } from "../context.ts";

/** A job under a lease. */
type ClaimedJob = { readonly jobId: number; readonly leaseToken: number; readonly createdAt: Date };
export type JobContext = Context & { readonly job: ClaimedJob };

/** What a job of one name is: how its stored args are read, and what is done with them. */
export type JobDefinition<A = unknown, N extends string = string> = {
  /** What it is stored under. */
  name: N;
  /** The longest that one attempt may take; `ctx.signal` is aborted then. */
  timeoutMs: number;
  /** A job that fails is tried again until it is so old, with at most so long a wait. Unless given it is parked after ten errors. */
  retry?: { forMs: number; maxDelayMs: number };
  /** @throws UserError where the args are not those of such a job */
  parse(args: unknown): A;
  /** Does the work. It may be called again for a job that was done already, where a worker ended before it could say so. */
  run(ctx: JobContext, args: A): Promise<void> | void;
};

/** The jobs that a worker knows, by name. */
export type JobDefinitions = Readonly<Record<string, JobDefinition>>;

/** A job to be done, as its definition `D` reads it. */
export type JobOf<D> = D extends JobDefinition<infer A, infer N> ? { name: N; args: A } : never;

export function job<A, N extends string>(definition: JobDefinition<A, N>): JobDefinition<A, N> {
  return definition;
}
