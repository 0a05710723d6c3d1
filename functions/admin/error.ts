import { adminFunction } from "../../shared/http/function.ts";

/** Fails on purpose, with a cause of a cause, so that an operator sees how failures are reported. */
export default adminFunction({
  usesDatabase: false,
  readParams: () => ({}),
  run(): Promise<never> {
    const cause = new Error("Cannot do this either", { cause: new Error("This is where it began") });
    throw new Error("Failed on purpose", { cause });
  },
});
