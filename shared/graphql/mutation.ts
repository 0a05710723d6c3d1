import type { GraphQLFieldConfig } from "graphql";
import { UserError, unauthorized } from "../errors.ts";
import type { Scope } from "./scope.ts";

type Config<A> = Pick<GraphQLFieldConfig<undefined, Scope>, "type" | "description" | "args"> & {
  resolve(args: A, scope: Scope): Promise<unknown>;
};

/** Makes a field that changes something. */
export function mutation<A>({ resolve, ...config }: Config<A>): GraphQLFieldConfig<undefined, Scope, A> {
  return {
    ...config,
    resolve(_root, args, scope) {
      // What was looked up for the mutation before this one may be so no longer.
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

/** For who has us ask hosts of the internet. @throws UserError 401; 403 for an ephemeral account, which anybody has without a word */
export function requireSignedIn(scope: Scope): { id: number } {
  const account = requireAccount(scope);
  if (account.email !== null) return account;
  throw new UserError(403, "Forbidden: an account without an e-mail address cannot do this; sign up or log in first");
}
