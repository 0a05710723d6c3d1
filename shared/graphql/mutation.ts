import type { GraphQLFieldConfig } from "graphql";
import { UserError, unauthorized } from "../errors.ts";
import type { Scope } from "./scope.ts";

type Config<A> = Pick<GraphQLFieldConfig<undefined, Scope>, "type" | "description" | "args"> & {
  resolve(args: A, scope: Scope): Promise<unknown>;
};

/** Creates a field that changes something. */
export function mutation<A>({ resolve, ...config }: Config<A>): GraphQLFieldConfig<undefined, Scope, A> {
  return {
    ...config,
    resolve(_root, args, scope) {
      // Rows that were looked up before the previous mutation may be out of date.
      scope.renew();
      return resolve(args, scope);
    },
  };
}

/** @throws UserError 401 without an account */
export function requireAccount({ ctx }: Scope): { id: number; email: string | null } {
  const { account } = ctx.caller;
  if (account === undefined) throw unauthorized();
  return account;
}

/**
 * For mutations that make us request URLs. @throws UserError 401 without an account; 403 for an ephemeral account,
 * which anyone has
 */
export function requireSignedIn(scope: Scope): { id: number } {
  const account = requireAccount(scope);
  if (account.email !== null) return account;
  throw new UserError(403, "Forbidden: sign up or log in first; an account without an email address cannot do this");
}
