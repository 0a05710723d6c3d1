import { adminFunction } from "../../shared/http/function.ts";

/** Fails on purpose, with nested causes, to show an operator how errors are reported. */
export default adminFunction({
  usesDatabase: false,
  readParams: () => ({}),
  run(): Promise<never> {
    const cause = new Error("Failed on purpose, in the middle", { cause: new Error("Failed on purpose, at the root") });
    throw new Error("Failed on purpose", { cause });
  },
});
