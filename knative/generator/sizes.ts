import type { Audience } from "../../functions/routes.ts";

/** A value and its reason. The manifest contains both. */
type Chosen<T> = readonly [value: T, why: string];
export type Size = {
  minScale: Chosen<number>;
  maxScale: Chosen<number>;
  /** DATABASE_CONNECTIONS of each pod. 0 if the function uses no database; its pods then get no DATABASE_URL. */
  connections: Chosen<number>;
  /** Concurrent requests for each pod; unlimited by default. */
  concurrency?: Chosen<number>;
  /** The autoscaler's window; Knative's 60s by default. */
  window?: Chosen<string>;
  timeoutSeconds: Chosen<number>;
  cpuRequest: Chosen<string>;
  memoryRequest: Chosen<string>;
  memoryLimit: Chosen<string>;
};

/**
 * Limits an overlay's database connections: the sum of max-scale x DATABASE_CONNECTIONS over its Services, times two,
 * because old and new pods overlap in a rollout. Compact fits into Postgres' default of 100 `max_connections`, per-route
 * into 200. Ten remain for the migration, for operators and for Postgres itself (three).
 */
export const CONNECTION_BUDGETS = { compact: 90, "per-route": 190 } as const;

const ANSWERED: Chosen<number> = [
  60,
  "The function itself answers within 25 s. This is also a stopping pod's grace period, in which queue-proxy waits 30 s for late requests",
];
const STREAMED: Chosen<number> = [
  300,
  "Longer than the function's own limits: 25 s until it answers, 240 s to send an export. queue-proxy would end a reply as if it were complete",
];
const WORKED: Chosen<number> = [
  300,
  "Longer than the function's own limits: a tick's budget of 240 s, then 35 s for feeds still in flight",
];
const QUICK_START: Chosen<string> = [
  "100m",
  "An idle function needs almost none. No limit: Node's start is CPU-bound, and a visitor waits for it",
];
const WORK: Chosen<string> = ["200m", "Reading feeds is CPU-bound. No limit: a node's spare CPU shortens the tick"];
const GONE_BETWEEN_TICKS: Chosen<string> = [
  "10s",
  "Ticks are 5 minutes apart. With the default of 60s the pod would idle for a minute after each",
];

const NO_DATABASE: Chosen<number> = [0, "It uses no database"];

const FEED: Chosen<string> = ["640Mi", "One feed at a time: a feed of 15 MB with 20 000 items took 466 MB"];
const FEEDS: Chosen<string> = ["640Mi", "At most 400 MB for reading feeds, however many are added at once"];

const PAGE: Size = {
  minScale: [0, "An idle function costs nothing. If cold starts are too slow, see Scale in knative/README.md"],
  maxScale: [
    2,
    "One pod handles 70 concurrent requests before the autoscaler adds another. Counts against the connection budget",
  ],
  connections: [2, "A page is one or two short queries"],
  timeoutSeconds: ANSWERED,
  cpuRequest: QUICK_START,
  memoryRequest: ["96Mi", "An idle pod uses 62 to 66 MB"],
  memoryLimit: ["256Mi", "Four times an idle pod's memory"],
};
const ASSET: Size = { ...PAGE, connections: NO_DATABASE };
/** Forms that people send now and then. */
const FORM: Size = {
  ...PAGE,
  maxScale: [1, "It is rarely sent, and one pod handles many at once. Page views make better use of more connections"],
  connections: [1, "It identifies the caller, then runs one statement or transaction at a time"],
};
/** What hubs and publishers send. */
const HINT: Size = {
  ...FORM,
  maxScale: [1, "One pod answers hundreds a second. What it says is only a hint, and polling continues without it"],
};
const PASSWORD_FORM: Size = {
  ...FORM,
  maxScale: [1, "A pod hashes two passwords at once, in about 40 ms each: fifty logins a second"],
  memoryLimit: ["256Mi", "Four times an idle pod's memory. Two concurrent hashes use 38 MiB of it"],
};
const FEED_FORM: Size = {
  ...FORM,
  maxScale: [1, "It is rarely sent, and mostly waits for a feed's host"],
  memoryLimit: FEEDS,
};
/** Pages for the operator alone. */
const OPERATOR_PAGE: Size = {
  ...PAGE,
  maxScale: [1, "Operators are few"],
  connections: [1, "It runs a few short statements, one after another"],
};
const API: Size = {
  ...PAGE,
  connections: [3, "A query may request several lists at once"],
  memoryLimit: FEEDS,
};
/** Functions that are only called from inside the cluster. */
const INTERNAL = {
  timeoutSeconds: WORKED,
  cpuRequest: WORK,
  memoryRequest: ["128Mi", "An idle pod uses 72 MB"],
} as const satisfies Partial<Size>;
const TICK: Size = {
  ...INTERNAL,
  minScale: [0, "Between ticks there is nothing to do"],
  maxScale: [2, "A late tick overlaps with the next. Leases keep each off the other's podcasts"],
  connections: [5, "20 feeds are in flight, but most of them wait for their hosts"],
  concurrency: [1, "One tick for each pod; the memory limit assumes it"],
  window: GONE_BETWEEN_TICKS,
  memoryLimit: ["1Gi", "At most 400 MB for reading feeds, plus 20 waiting feeds of 16 MiB"],
};
const WORKER: Size = {
  ...TICK,
  maxScale: [2, "A late tick overlaps with the next. Leases keep each off the other's jobs"],
  connections: [5, "10 jobs are in progress, but most of them wait for remote hosts"],
  memoryLimit: ["768Mi", "At most 400 MB for reading feeds in jobs, plus 10 waiting feeds of 16 MiB"],
};
const CLEANER: Size = {
  ...TICK,
  maxScale: [1, "A tick that comes while another runs would find little to do, and waits for it"],
  connections: [1, "One statement at a time"],
  memoryLimit: ["256Mi", "Four times an idle pod's memory: the database does the work"],
};
const ADMIN: Size = {
  ...INTERNAL,
  minScale: [0, "Operators call it rarely"],
  maxScale: [1, "Operators make one call at a time"],
  connections: [2, "One for the call's transaction, one for its other queries"],
  cpuRequest: QUICK_START,
  memoryLimit: FEED,
};

/** Operator functions that run one statement or transaction at a time. */
const TASK: Size = { ...ADMIN, connections: [1, "One statement or transaction at a time"] };

/** Functions that differ from the default of their kind. */
const SIZES: Readonly<Record<string, Size>> = {
  "api-hub-pubnotify": HINT,
  "api-push-callback": HINT,
  "web-asset-get": ASSET,
  "web-privacy-get": ASSET,
  "web-transcript-get": {
    ...PAGE,
    maxScale: [1, "Transcripts are read far less often than the pages of their episodes"],
  },
  "web-podcast-add-post": FEED_FORM,
  "web-directory-podcast-get": FEED_FORM,
  "web-podcast-refresh-post": FORM,
  "web-subscription-post": FORM,
  "web-login": PASSWORD_FORM,
  "web-login-link": FORM,
  "web-logout": FORM,
  "web-signup": PASSWORD_FORM,
  "web-verify": PASSWORD_FORM,
  "web-password-reset": PASSWORD_FORM,
  "web-email-change": FORM,
  "web-account-export-get": {
    ...FORM,
    connections: [2, "It identifies the caller, then each export runs one short statement at a time"],
    timeoutSeconds: STREAMED,
    memoryLimit: ["256Mi", "Four times an idle pod's memory. Exports of any size are sent as they are read"],
  },
  "web-account-password-post": PASSWORD_FORM,
  "web-account-email-post": PASSWORD_FORM,
  "web-account-delete-post": FORM,
  "web-login-revoke-post": FORM,
  "web-api-key-create-post": FORM,
  "web-api-key-revoke-post": FORM,
  "web-operator-get": OPERATOR_PAGE,
  "web-operator-podcast-get": OPERATOR_PAGE,
  "web-operator-post": { ...FEED_FORM, maxScale: [1, "Operators make one change at a time"] },
  "admin-account-add": TASK,
  "admin-directory-search": TASK,
  "admin-crawl-list": TASK,
  "admin-crawl-report": TASK,
  "admin-job-retry": TASK,
  "admin-error": { ...TASK, connections: NO_DATABASE },
  "admin-podcast-block": TASK,
  "admin-podcast-merge": TASK,
  "admin-podcast-quarantined": TASK,
  "admin-podcast-remove": TASK,
  "admin-podcast-resolve": TASK,
  "admin-podcast-unblock": TASK,
  "admin-podcast-unmerge": TASK,
  "tick-work": WORKER,
  "tick-clean": CLEANER,
};

/** Returns the size of a function's Service. */
export function sizeOf(name: string): Size {
  const own = SIZES[name];
  if (own !== undefined) return own;
  const kind = name.split("-", 1)[0];
  switch (kind) {
    case "web":
      return PAGE;
    case "api":
      return API;
    case "tick":
      return TICK;
    case "admin":
      return ADMIN;
    default:
      throw new Error(`Cannot size "${name}": unknown kind "${kind}"`);
  }
}

/** Sizes of the audiences' Services. */
export const AUDIENCE_SIZES: Readonly<Record<Audience, Size>> = {
  web: {
    ...PAGE,
    maxScale: [
      3,
      "It serves all pages, so one more than a single page's Service. Counts against the connection budget",
    ],
    connections: [5, "Several concurrent pages, each with one or two short queries"],
    timeoutSeconds: STREAMED,
    memoryRequest: ["96Mi", "An idle pod uses 78 MB"],
    memoryLimit: FEEDS,
  },
  api: { ...API, connections: [5, "Several concurrent queries, each of which may request several lists"] },
  internal: {
    ...TICK,
    connections: [5, "20 feeds and 10 jobs are in progress, but most of them wait for remote hosts"],
    concurrency: [4, "A tick of each kind, and an operator's call that need not wait for them"],
    memoryLimit: ["1280Mi", "At most 400 MB for reading feeds, plus 30 waiting feeds of 16 MiB"],
  },
};
