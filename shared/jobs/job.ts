import type { Context } from "../context.ts";

/** What a job of one name is: how its stored args are read, and what is done with them. */
export type JobDefinition<A = unknown> = {
  /** The longest that one attempt may take; `ctx.signal` is aborted then. */
  timeoutMs: number;
  /** @throws UserError where the args are not those of such a job */
  parse(args: unknown): A;
  /** Does the work. It may be called again for a job that was done already, where a worker ended before it could say so. */
  run(ctx: Context, args: A): Promise<void> | void;
};

/** The jobs that a worker knows, by name. */
export type JobDefinitions = Readonly<Record<string, JobDefinition>>;

export function job<A>(definition: JobDefinition<A>): JobDefinition<A> {
  return definition;
}
