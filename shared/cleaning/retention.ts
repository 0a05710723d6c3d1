/** How long rows are kept when they are no longer needed, as Postgres intervals. The privacy page shows them. */
export const RETENTION = {
  /** Ephemeral accounts, after they were last seen. */
  unseenAccount: "1 month",
  /** After it has expired. */
  login: "1 week",
  /** As long as a browser keeps the cookie (400 days), plus one day. */
  accountBrowser: "401 days",
  /** After it has expired. */
  apiKey: "1 week",
  /** After it has expired. */
  verificationCode: "1 week",
  /** After its last attempt failed. */
  parkedJob: "1 month",
  directorySearch: "1 week",
  /** After it was merged into another one, which can be undone until then. */
  mergedPodcast: "1 month",
} as const;
