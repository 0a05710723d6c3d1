import { readFields, readText } from "../json.ts";
import { job } from "./job.ts";

/** Logs `message` and does nothing else. Shows that jobs are run. */
export const noOp = job({
  name: "no_op",
  // It has nothing to wait for.
  timeoutMs: 1_000,
  parse: (args) => ({ message: readText(readFields(args), "message") }),
  run: (ctx, { message }) => ctx.log.info("No-op", { message }),
});
