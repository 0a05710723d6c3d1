import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "../..");

// What loses an account, a listener's place, a lease or a secret if it is wrong.
const SOURCES = [
  "shared/auth/*.ts",
  "shared/fetch/*.ts",
  "shared/db/{failure,outage,retry,pool,take-rate-limit}.ts",
  "shared/crawl/{crawl-schedule,claim-due-podcasts,record-crawl,renew-leases,lock-lease,release-lease,feed-mover}.ts",
  "shared/jobs/{claim-due-jobs,job-worker}.ts",
  "shared/podcasts/visible.ts",
  "shared/accounts/**/*.ts",
  "shared/listening/*.ts",
];

const FETCH = [
  ...["request", "redirects", "validators", "freshness", "bodies", "deadlines", "address"],
  ...["name-servers", "tls"],
].map((name) => `test/fetch/${name}.test.ts`);
const LISTS = ["test/listening/account-lists.test.ts", "test/listening/changed-lists.test.ts"];
const MAILERS = [
  "test/accounts/letters/password-reset-mailer.test.ts",
  "test/accounts/letters/verification-mailer.test.ts",
];
const SIGN_IN = ["test/accounts/sign-in.test.ts"];
const POOL = ["test/db/pool.test.ts"];
const LEASES = ["test/crawl/claim-due-podcasts.test.ts", "test/crawl/podcast-updater.test.ts"];
// Over HTTP, with the artifacts.
const ACCOUNT_FLOWS = ["accounts", "sessions", "email-change", "login-limits"].map(
  (name) => `test/functions/web/${name}.test.ts`,
);
const JOBS = ["test/jobs/claim-due-jobs.test.ts", "test/jobs/job-worker.test.ts"];

/** The tests of sources that have none of their own at the mirrored path, or that more than that one tests. */
const NEAREST: Record<string, readonly string[]> = {
  "shared/auth/limit-by-address.ts": [...SIGN_IN, "test/search/directory-searcher.test.ts"],
  "shared/auth/link-secret.ts": MAILERS,
  "shared/auth/logged-out.ts": ["test/auth/tossed-cookies.test.ts"],
  "shared/auth/login-limit.ts": [
    "test/auth/login-limit.test.ts",
    "test/accounts/replace-known-browser.test.ts",
    ...SIGN_IN,
  ],
  "shared/auth/secret.ts": ["test/auth/find-credential.test.ts", ...MAILERS],
  "shared/db/failure.ts": POOL,
  "shared/db/outage.ts": [...POOL, "test/db/cached-plans.test.ts"],
  "shared/db/pool.ts": [...POOL, "test/db/cached-plans.test.ts"],
  "shared/db/retry.ts": [...POOL, "test/db/migrate.test.ts"],
  "shared/fetch/connection.ts": FETCH,
  "shared/fetch/deadline.ts": ["test/fetch/deadlines.test.ts", ...FETCH],
  "shared/fetch/decode.ts": ["test/fetch/bodies.test.ts", ...FETCH],
  "shared/fetch/errors.ts": FETCH,
  "shared/fetch/feed-hosts.ts": [
    "test/fetch/feed-hosts.test.ts",
    "test/fetch/feed-url.test.ts",
    "test/secret-names.test.ts",
  ],
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
  "shared/auth/change-account.ts": ["test/auth/change-account.test.ts", "test/listening/episode-state-updater.test.ts"],
  "shared/jobs/claim-due-jobs.ts": JOBS,
  "shared/crawl/claim-due-podcasts.ts": LEASES,
  "shared/auth/delete-logins.ts": ["test/accounts/list-credentials.test.ts", ...SIGN_IN, ...ACCOUNT_FLOWS],
  "shared/auth/find-credential.ts": ["test/auth/find-credential.test.ts", ...ACCOUNT_FLOWS],
  "shared/accounts/account-adder.ts": ["test/functions/admin/account-add.test.ts"],
  "shared/accounts/letters/mail-limit.ts": ACCOUNT_FLOWS,
  "shared/accounts/letters/notice-mailer.ts": ACCOUNT_FLOWS,
  "shared/accounts/password-changer.ts": ["test/accounts/delete-account.test.ts", ...ACCOUNT_FLOWS],
  "shared/accounts/delete-verification-code.ts": ["test/accounts/verification-codes.test.ts"],
  "shared/listening/find-account-episodes.ts": [...LISTS, "test/listening/episode-state-updater.test.ts"],
  "shared/listening/find-account-podcasts.ts": [...LISTS, "test/listening/subscription-updater.test.ts"],
  "shared/accounts/find-account.ts": [...SIGN_IN, ...MAILERS],
  "shared/accounts/letters/verification-mailer.ts": MAILERS,
  "shared/accounts/find-verification-code.ts": ["test/accounts/verification-codes.test.ts"],
  "shared/accounts/insert-account.ts": [...SIGN_IN, "test/accounts/insert-account.test.ts"],
  "shared/accounts/api-key-creator.ts": ["test/accounts/list-credentials.test.ts"],
  "shared/accounts/insert-login.ts": ["test/accounts/list-credentials.test.ts", ...SIGN_IN],
  "shared/accounts/letters/insert-link-code.ts": MAILERS,
  "shared/accounts/insert-verification-code.ts": ["test/accounts/verification-codes.test.ts"],
  "shared/listening/list-account-episodes.ts": LISTS,
  "shared/accounts/list-credentials.ts": ["test/accounts/list-credentials.test.ts"],
  "shared/listening/list-subscriptions.ts": LISTS,
  "shared/crawl/lock-lease.ts": LEASES,
  "shared/accounts/letters/mint-verification-secret.ts": MAILERS,
  "shared/listening/account-podcast-adder.ts": [
    "test/listening/account-podcast-adder.test.ts",
    "test/podcasts/podcast-refresher.test.ts",
  ],
  "shared/crawl/record-crawl.ts": LEASES,
  "shared/crawl/release-lease.ts": LEASES,
  "shared/jobs/job-worker.ts": JOBS,
  "shared/crawl/renew-leases.ts": [...LEASES, "test/crawl/podcast-refresh.test.ts"],
  "shared/listening/episode-state-updater.ts": [
    "test/listening/episode-state-updater.test.ts",
    "test/auth/change-account.test.ts",
    "test/listening/changed-lists.test.ts",
  ],
  "shared/accounts/set-password-hash.ts": SIGN_IN,
  "shared/listening/subscription-updater.ts": [
    "test/listening/subscription-updater.test.ts",
    "test/auth/change-account.test.ts",
    "test/listening/changed-lists.test.ts",
  ],
  "shared/listening/subscribed.ts": LISTS,
  "shared/db/take-rate-limit.ts": [
    "test/db/take-rate-limit.test.ts",
    "test/auth/login-limit.test.ts",
    "test/search/directory-podcast-adder.test.ts",
  ],
  "shared/podcasts/visible.ts": [
    "test/podcasts/visible.test.ts",
    "test/search/search-podcasts.test.ts",
    "test/listening/subscription-updater.test.ts",
    ...LISTS,
  ],
};

/** Lists the sources that are mutated. */
export function findSources(): string[] {
  return globSync(SOURCES, { cwd: ROOT, exclude: ["**/*.gen.ts"] }).sort();
}

/**
 * Names the tests that ought to notice a change of a source, nearest first: as the table says, else the mirrored path, else
 * what imports it, else, for accounts, what uses them over HTTP.
 */
export function nearestTests(source: string): readonly string[] {
  const mirrored = source.replace(/^shared\//, "test/").replace(/\.ts$/, ".test.ts");
  const named = NEAREST[source] ?? (existsSync(resolve(ROOT, mirrored)) ? [mirrored] : testsThatImport(source));
  return [...new Set(named.length === 0 && source.startsWith("shared/accounts/") ? ACCOUNT_FLOWS : named)];
}

/** Tells whether a test runs artifacts, so that they must be built from the changed sources first. */
export function runsArtifacts(test: string): boolean {
  return /support\/(?:artifact|running-site)\.ts"/.test(readFileSync(resolve(ROOT, test), "utf8"));
}

/** The tests that import a source, or where none does, those that import what imports it. */
function testsThatImport(source: string): readonly string[] {
  const tests = importersOf(source, "test/**/*.test.ts");
  if (tests.length > 0) return tests;
  return importersOf(source, "{shared,functions}/**/*.ts").flatMap((user) => importersOf(user, "test/**/*.test.ts"));
}

function importersOf(source: string, pattern: string): string[] {
  const name = `/${basename(source)}"`;
  return globSync(pattern, { cwd: ROOT }).filter((file) => {
    const text = readFileSync(resolve(ROOT, file), "utf8");
    if (!text.includes(name)) return false;
    return [...text.matchAll(/ from "(\.[^"]+)"/g)].some(
      ([, path = ""]) => resolve(ROOT, dirname(file), path) === resolve(ROOT, source),
    );
  });
}

/** Sources that the table names. */
export const NAMED = Object.keys(NEAREST);
