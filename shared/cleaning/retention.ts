/** How long what nobody needs any more is kept, as Postgres writes an interval. The privacy page tells its readers. */
export const RETENTION = {
  /** An account that nobody signed up for, after it was last seen. */
  unseenAccount: "1 month",
  /** After it has expired. */
  login: "1 week",
  /** As long as a browser keeps its cookie (400 days), plus one. */
  accountBrowser: "401 days",
  /** After it has expired. */
  apiKey: "1 week",
  /** After it has expired. */
  verificationCode: "1 week",
  /** After it was given up. */
  parkedJob: "1 month",
  directorySearch: "1 week",
} as const;
