import type { Config } from "../config.ts";

/** Tells whether mails go nowhere: no server is set, and the log is not for the eyes of whom they are for. */
export function isMailOff({ smtpUrl, env }: Pick<Config, "smtpUrl" | "env">): boolean {
  return smtpUrl === undefined && env === "production";
}
