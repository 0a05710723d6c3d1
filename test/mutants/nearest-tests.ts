import { globSync } from "node:fs";
import { resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "../..");

// What loses an account, a listener's place, a lease or a secret if it is wrong.
const SOURCES = [
  "shared/auth/*.ts",
  "shared/fetch/*.ts",
  "shared/mediators/crawl-schedule.ts",
  "shared/db/{failure,outage,retry,pool}.ts",
  "shared/sql/*{account,login,credential,verification,password,pending-code,link-code,known-browser,api-key,rate-limit}*.ts",
  "shared/sql/*{subscription,subscribed,episode-state,visible}*.ts",
  "shared/sql/{claim-due,record-,renew-,lock-lease,release-lease}*.ts",
];

const FETCH = [
  ...["request", "redirects", "validators", "freshness", "bodies", "deadlines", "address"],
  ...["name-servers", "tls"],
].map((name) => `test/fetch/${name}.test.ts`);
const LISTS = ["test/sql/account-lists.test.ts", "test/sql/changed-lists.test.ts"];
const MAILERS = ["test/jobs/password-reset-mailer.test.ts", "test/jobs/verification-mailer.test.ts"];
const SIGN_IN = ["test/auth/sign-in.test.ts"];
const POOL = ["test/db/pool.test.ts"];
const LEASES = ["test/sql/claim-due-podcasts.test.ts", "test/mediators/podcast-updater.test.ts"];
const JOBS = ["test/sql/claim-due-jobs.test.ts", "test/mediators/job-worker.test.ts"];

/** The tests of sources that have none of their own at the mirrored path, or that more than that one tests. */
const NEAREST: Record<string, readonly string[]> = {
  "shared/auth/limit-by-address.ts": [...SIGN_IN, "test/mediators/directory-searcher.test.ts"],
  "shared/auth/link-secret.ts": MAILERS,
  "shared/auth/logged-out.ts": ["test/auth/tossed-cookies.test.ts"],
  "shared/auth/login-limit.ts": ["test/auth/login-limit.test.ts", ...SIGN_IN],
  "shared/auth/network.ts": ["test/auth/client-address.test.ts", "test/auth/login-limit.test.ts"],
  "shared/auth/secret.ts": ["test/sql/find-credential.test.ts", ...MAILERS],
  "shared/auth/semaphore.ts": ["test/auth/password.test.ts"],
  "shared/db/failure.ts": POOL,
  "shared/db/outage.ts": [...POOL, "test/db/cached-plans.test.ts"],
  "shared/db/pool.ts": [...POOL, "test/db/cached-plans.test.ts"],
  "shared/db/retry.ts": [...POOL, "test/db/migrate.test.ts"],
  "shared/fetch/connection.ts": FETCH,
  "shared/fetch/deadline.ts": ["test/fetch/deadlines.test.ts", ...FETCH],
  "shared/fetch/decode.ts": ["test/fetch/bodies.test.ts", ...FETCH],
  "shared/fetch/errors.ts": FETCH,
  "shared/fetch/feed-hosts.ts": ["test/fetch/feed-url.test.ts", "test/secret-names.test.ts"],
  "shared/fetch/feed-url.ts": [
    "test/fetch/feed-url.test.ts",
    "test/fetch/path-token.test.ts",
    "test/secret-names.test.ts",
  ],
  "shared/fetch/fetch.ts": FETCH,
  "shared/fetch/headers.ts": FETCH,
  "shared/fetch/open-fetch-lazily.ts": ["test/functions/api/graphql.test.ts"],
  "shared/fetch/open-fetch.ts": ["test/functions/web/podcast-add-post.test.ts"],
  "shared/fetch/path-token.ts": ["test/fetch/path-token.test.ts", "test/fetch/redact.test.ts"],
  "shared/fetch/redact.ts": ["test/fetch/redact.test.ts", "test/secret-names.test.ts", "test/fetch/path-token.test.ts"],
  "shared/fetch/redirects.ts": ["test/fetch/redirects.test.ts", ...FETCH],
  "shared/fetch/request-once.ts": FETCH,
  "shared/fetch/resolve-host.ts": ["test/fetch/name-servers.test.ts", "test/fetch/address.test.ts"],
  "shared/sql/change-account.ts": ["test/sql/change-account.test.ts", "test/mediators/episode-state-updater.test.ts"],
  "shared/sql/claim-due-jobs.ts": JOBS,
  "shared/sql/claim-due-podcasts.ts": LEASES,
  "shared/sql/clean-accounts.ts": ["test/mediators/cleaner.test.ts"],
  "shared/sql/clean-rate-limits.ts": ["test/mediators/cleaner.test.ts"],
  "shared/sql/delete-api-key.ts": ["test/sql/credentials.test.ts"],
  "shared/sql/delete-logins.ts": ["test/sql/credentials.test.ts", ...SIGN_IN],
  "shared/sql/delete-verification-code.ts": ["test/sql/verification-codes.test.ts"],
  "shared/sql/find-account-episodes.ts": [...LISTS, "test/mediators/episode-state-updater.test.ts"],
  "shared/sql/find-account-podcasts.ts": [...LISTS, "test/mediators/subscription-updater.test.ts"],
  "shared/sql/find-account.ts": [...SIGN_IN, ...MAILERS],
  "shared/sql/find-known-browser.ts": ["test/sql/replace-known-browser.test.ts", "test/sql/credentials.test.ts"],
  "shared/sql/find-password-hosts.ts": ["test/graphql/query-type.test.ts", "test/functions/web/episode-get.test.ts"],
  "shared/sql/find-pending-code.ts": MAILERS,
  "shared/sql/find-verification-code.ts": ["test/sql/verification-codes.test.ts"],
  "shared/sql/insert-account.ts": [...SIGN_IN, "test/sql/insert-account.test.ts"],
  "shared/sql/insert-api-key.ts": ["test/sql/credentials.test.ts"],
  "shared/sql/insert-login.ts": ["test/sql/credentials.test.ts", ...SIGN_IN],
  "shared/sql/insert-link-code.ts": MAILERS,
  "shared/sql/insert-verification-code.ts": ["test/sql/verification-codes.test.ts"],
  "shared/sql/list-account-episodes.ts": LISTS,
  "shared/sql/list-credentials.ts": ["test/sql/credentials.test.ts"],
  "shared/sql/list-subscriptions.ts": LISTS,
  "shared/sql/lock-lease.ts": LEASES,
  "shared/sql/mint-verification-secret.ts": MAILERS,
  "shared/sql/record-added-podcast.ts": [
    "test/mediators/account-podcast-adder.test.ts",
    "test/mediators/podcast-refresher.test.ts",
  ],
  "shared/sql/record-crawl.ts": LEASES,
  "shared/sql/record-job.ts": JOBS,
  "shared/sql/record-move.ts": ["test/mediators/feed-mover.test.ts"],
  "shared/sql/release-lease.ts": LEASES,
  "shared/sql/renew-job-leases.ts": JOBS,
  "shared/sql/renew-leases.ts": [...LEASES, "test/jobs/podcast-refresh.test.ts"],
  "shared/sql/set-episode-state.ts": [
    "test/mediators/episode-state-updater.test.ts",
    "test/sql/change-account.test.ts",
    "test/sql/changed-lists.test.ts",
  ],
  "shared/sql/set-password-hash.ts": SIGN_IN,
  "shared/sql/set-subscription.ts": [
    "test/mediators/subscription-updater.test.ts",
    "test/sql/change-account.test.ts",
    "test/sql/changed-lists.test.ts",
  ],
  "shared/sql/subscribed.ts": LISTS,
  "shared/sql/take-rate-limit.ts": [
    "test/sql/take-rate-limit.test.ts",
    "test/auth/login-limit.test.ts",
    "test/mediators/directory-podcast-adder.test.ts",
  ],
  "shared/sql/visible.ts": [
    "test/sql/visible.test.ts",
    "test/sql/search-podcasts.test.ts",
    "test/mediators/subscription-updater.test.ts",
    ...LISTS,
  ],
};

/** Lists the sources that are mutated. */
export function findSources(): string[] {
  return globSync(SOURCES, { cwd: ROOT, exclude: ["**/*.gen.ts"] }).sort();
}

/** Names the tests that ought to notice a change of a source, nearest first: the mirrored path unless the table says. */
export function nearestTests(source: string): readonly string[] {
  const mirrored = source.replace(/^shared\//, "test/").replace(/\.ts$/, ".test.ts");
  return [...new Set(NEAREST[source] ?? [mirrored])];
}

/** Sources that the table names. */
export const NAMED = Object.keys(NEAREST);
