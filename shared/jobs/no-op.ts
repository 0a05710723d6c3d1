import { readFields, readText } from "../json.ts";
import { job } from "./job.ts";

/** Logs `message` and does nothing: shows that jobs are worked off. */
export const noOp = job({
  name: "no_op",
  // It waits for nothing.
  timeoutMs: 1_000,
  parse: (args) => ({ message: readText(readFields(args), "message") }),
  run: (ctx, { message }) => ctx.log.info("No-op", { message }),
});
