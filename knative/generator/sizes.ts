import type { Audience } from "../../functions/routes.ts";

/** A number and why it is that one: the manifest says both. */
type Chosen<T> = readonly [value: T, why: string];
export type Size = {
  minScale: Chosen<number>;
  maxScale: Chosen<number>;
  /** DATABASE_CONNECTIONS of each pod; 0 for a function that asks no database, whose pods get no DATABASE_URL. */
  connections: Chosen<number>;
  /** Requests that one pod takes at the same time; any number unless given. */
  concurrency?: Chosen<number>;
  /** How long the autoscaler looks back; Knative's 60s unless given. */
  window?: Chosen<string>;
  timeoutSeconds: Chosen<number>;
  cpuRequest: Chosen<string>;
  memoryRequest: Chosen<string>;
  memoryLimit: Chosen<string>;
};

/**
 * Database connections that an overlay may open at most: the sum over its Services of max-scale x DATABASE_CONNECTIONS,
 * twice, because old and new pods overlap in a rollout. Compact fits into Postgres' default of 100 `max_connections`,
 * per-route into 200. Ten are left to the migration, to operators and to Postgres itself (three).
 */
export const CONNECTION_BUDGETS = { compact: 90, "per-route": 190 } as const;

const ANSWERED: Chosen<number> = [
  60,
  "The function answers within 25 s itself. This is also the grace of a pod that stops, 30 s of which queue-proxy waits for stragglers",
];
const STREAMED: Chosen<number> = [
  300,
  "Above the function's own end: it answers within 25 s, and sends an export for 240 s at most. queue-proxy would end it as if it were whole",
];
const WORKED: Chosen<number> = [
  300,
  "Above the function's own end: a tick's budget of 240 s, and 35 s for the feeds in flight by then",
];
const QUICK_START: Chosen<string> = [
  "100m",
  "Idle needs next to none. No limit: Node's start is bound by CPU, and somebody waits for it",
];
const WORK: Chosen<string> = [
  "200m",
  "Reading feeds is bound by CPU. No limit: what a node has spare shortens the tick",
];
const GONE_BETWEEN_TICKS: Chosen<string> = [
  "10s",
  "Ticks are 5 minutes apart: with the default of 60s the pod would idle for a minute after each",
];

const NO_DATABASE: Chosen<number> = [0, "It asks no database"];

const FEED: Chosen<string> = ["640Mi", "A single feed: one of 15 MB with 20 000 items took 466 MB"];
const FEEDS: Chosen<string> = ["640Mi", "At most 400 MB for the feeds that are read, whatever number is added at once"];

const PAGE: Size = {
  minScale: [0, "An idle function costs nothing. Where a cold start is too slow, see Scale in knative/README.md"],
  maxScale: [
    2,
    "One pod takes on 70 requests at once before the autoscaler adds another. Counts against the connection budget",
  ],
  connections: [2, "A page is one or two short queries"],
  timeoutSeconds: ANSWERED,
  cpuRequest: QUICK_START,
  memoryRequest: ["96Mi", "Idle it takes 62 to 66 MB"],
  memoryLimit: ["256Mi", "Four times what it takes idle"],
};
const ASSET: Size = { ...PAGE, connections: NO_DATABASE };
/** What a person does now and then. */
const FORM: Size = {
  ...PAGE,
  maxScale: [1, "It is rarely sent, and a pod takes many at once: what it would have more goes to pages that are read"],
  connections: [1, "Who asks, then one statement or transaction after the other"],
};
const PASSWORD_FORM: Size = {
  ...FORM,
  maxScale: [1, "A pod hashes two passwords at once, of some 40 ms each: fifty logins a second"],
  memoryLimit: ["256Mi", "Four times what it takes idle: two hashes at once take 38 MiB of it"],
};
const FEED_FORM: Size = {
  ...FORM,
  maxScale: [1, "It is rarely sent, and waits for a feed's host most of the time"],
  memoryLimit: FEEDS,
};
const API: Size = {
  ...PAGE,
  connections: [3, "A query may ask for several lists at once"],
  memoryLimit: FEEDS,
};
/** What only podcore's own network calls. */
const INTERNAL = {
  timeoutSeconds: WORKED,
  cpuRequest: WORK,
  memoryRequest: ["128Mi", "Idle it takes 72 MB"],
} as const satisfies Partial<Size>;
const TICK: Size = {
  ...INTERNAL,
  minScale: [0, "Between ticks there is nothing to do"],
  maxScale: [2, "A tick that is late overlaps with the next: leases keep them off each other's podcasts"],
  connections: [5, "20 feeds are in flight, and most of them wait for their hosts"],
  concurrency: [1, "One tick for each pod, which is what the memory limit is for"],
  window: GONE_BETWEEN_TICKS,
  memoryLimit: ["1Gi", "At most 400 MB for what is being read, and 20 feeds of 16 MiB that wait for it"],
};
const WORKER: Size = {
  ...TICK,
  maxScale: [2, "A tick that is late overlaps with the next: leases keep them off each other's jobs"],
  connections: [5, "10 jobs are in hand, and most of them wait for somebody else's host"],
  memoryLimit: ["768Mi", "At most 400 MB for the feeds that jobs read, and 10 of 16 MiB that wait for it"],
};
const CLEANER: Size = {
  ...TICK,
  maxScale: [2, "A tick that is late overlaps with the next: they pass over the rows that the other is deleting"],
  connections: [1, "One statement after the other"],
  memoryLimit: ["256Mi", "Four times what it takes idle: the work is the database's"],
};
const ADMIN: Size = {
  ...INTERNAL,
  minScale: [0, "Operators call it rarely"],
  maxScale: [1, "Operators call it one by one"],
  connections: [2, "One call at a time: its transaction, and what it reads beside"],
  cpuRequest: QUICK_START,
  memoryLimit: FEED,
};

/** What an operator has done by one statement or transaction after the other. */
const TASK: Size = { ...ADMIN, connections: [1, "One statement or transaction after the other"] };

/** What is not as its kind is. */
const SIZES: Readonly<Record<string, Size>> = {
  "web-asset-get": ASSET,
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
    connections: [2, "Who asks, then short statements, one at a time for each export"],
    timeoutSeconds: STREAMED,
    memoryLimit: ["256Mi", "Four times what it takes idle: exports are sent as they are read, whatever their size"],
  },
  "web-account-password-post": PASSWORD_FORM,
  "web-account-email-post": PASSWORD_FORM,
  "web-account-delete-post": FORM,
  "web-login-revoke-post": FORM,
  "web-api-key-create-post": FORM,
  "web-api-key-revoke-post": FORM,
  "admin-account-add": TASK,
  "admin-directory-search": TASK,
  "admin-error": { ...TASK, connections: NO_DATABASE },
  "admin-podcast-block": TASK,
  "admin-podcast-remove": TASK,
  "admin-podcast-unblock": TASK,
  "tick-work": WORKER,
  "tick-clean": CLEANER,
};

/** One Service for each function. */
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
      throw new Error(`Cannot size "${name}": nothing is known of "${kind}"`);
  }
}

/** One Service for each audience. */
export const AUDIENCE_SIZES: Readonly<Record<Audience, Size>> = {
  web: {
    ...PAGE,
    maxScale: [3, "It serves all pages, so one more than a single page has. Counts against the connection budget"],
    connections: [5, "Some pages at once, each one or two short queries"],
    timeoutSeconds: STREAMED,
    memoryRequest: ["96Mi", "Idle it takes 78 MB"],
    memoryLimit: FEEDS,
  },
  api: { ...API, connections: [5, "Some queries at once, each of which may ask for several lists"] },
  internal: {
    ...TICK,
    connections: [5, "20 feeds and 10 jobs are in hand, and most of them wait for somebody else's host"],
    concurrency: [4, "A tick of each kind, and an operator's call, which is not to wait for a tick's end"],
    memoryLimit: ["1280Mi", "At most 400 MB for what is being read, and 30 feeds of 16 MiB that wait for it"],
  },
};
