import { readFields, readText } from "../http/read-fields.ts";
import { job } from "./job.ts";

/** Logs `message` and does nothing: shows that jobs are worked off. */
export const noOp = job({
  // It waits for nothing.
  timeoutMs: 1_000,
  parse: (args) => ({ message: readText(readFields(args), "message") }),
  run: (ctx, { message }) => ctx.log.info("No-op", { message }),
});
