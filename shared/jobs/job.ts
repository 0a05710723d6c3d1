import type { Context } from "../context.ts";

/** A job under a lease. */
type ClaimedJob = { readonly jobId: number; readonly leaseToken: number; readonly createdAt: Date };
export type JobContext = Context & { readonly job: ClaimedJob };

/** Defines the jobs of one name: how to read their stored args, and how to run them. */
export type JobDefinition<A = unknown, N extends string = string> = {
  /** Name that the job is stored under. */
  name: N;
  /** Timeout of one attempt, after which `ctx.signal` is aborted. */
  timeoutMs: number;
  /** Retries a failed job until it is `forMs` old, with delays of at most `maxDelayMs`. By default it is parked after ten errors. */
  retry?: { forMs: number; maxDelayMs: number };
  /** Validates stored args. @throws UserError if they are invalid */
  parse(args: unknown): A;
  /** Runs the job. It may be called again for a finished job, if the worker died before it recorded that. */
  run(ctx: JobContext, args: A): Promise<void> | void;
};

/** Job definitions by name. */
export type JobDefinitions = Readonly<Record<string, JobDefinition>>;

/** A job to enqueue, typed by its definition `D`. */
export type JobOf<D> = D extends JobDefinition<infer A, infer N> ? { name: N; args: A } : never;

export function job<A, N extends string>(definition: JobDefinition<A, N>): JobDefinition<A, N> {
  return definition;
}
