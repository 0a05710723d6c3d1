import type { Context } from "../context.ts";

type Params<T> = { leaseSeconds: number; renew(): Promise<void>; work(): Promise<T> };

/** Renews leases while `work` runs, three times within a lease, so that a lost renewal does no harm. */
export async function whileRenewing<T>(
  ctx: Pick<Context, "log">,
  { leaseSeconds, renew, work }: Params<T>,
): Promise<T> {
  const renewal = setInterval(
    () => {
      renew().catch((error: unknown) => ctx.log.warn("Cannot renew leases", { error: String(error) }));
    },
    (leaseSeconds * 1_000) / 3,
  );
  try {
    return await work();
  } finally {
    clearInterval(renewal);
  }
}
