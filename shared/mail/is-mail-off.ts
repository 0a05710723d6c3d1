import type { Config } from "../config.ts";

/** Returns true if mail cannot be delivered: there is no SMTP server, and production must not log links instead. */
export function isMailOff({ smtpUrl, env }: Pick<Config, "smtpUrl" | "env">): boolean {
  return smtpUrl === undefined && env === "production";
}
