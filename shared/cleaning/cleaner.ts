import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";
import { accountBrowser, apiKey, directorySearch, login, podcast, verificationCode } from "../db/schema.ts";
import { cleanAccounts } from "./clean-accounts.ts";
import { cleanCrawlHosts } from "./clean-crawl-hosts.ts";
import { cleanDirectoryPodcasts } from "./clean-directory-podcasts.ts";
import { cleanEpisodeFiles } from "./clean-episode-files.ts";
import { cleanExpired, type Expiry } from "./clean-expired.ts";
import { cleanJobs } from "./clean-jobs.ts";
import { cleanRateLimits } from "./clean-rate-limits.ts";
import { RETENTION } from "./retention.ts";

/** Deletes up to `limit` expired rows. @returns how many */
type Clean = (db: Database, options: { limit: number }) => Promise<number>;
type Rule = { clean: Clean; batchSize: number };

// As in the original podcore: keeps each transaction's row locks to a few milliseconds.
const BATCH_SIZE = 1_000;
// Deleting an account also deletes all it holds, which may be thousands of rows.
const ACCOUNT_BATCH_SIZE = 50;

// A transcript has up to some hundred kilobytes.
const FILE_BATCH_SIZE = 100;

// So does deleting a podcast with all its episodes, and what listeners did with it before it was merged.
const PODCAST_BATCH_SIZE = 5;

// By the table that rows are deleted from. Searches come before the podcasts that only they refer to. Each rule finds its
// rows by an index, so that a run without work reads little. Storing a feed deletes all but the newest raw ones.
const RULES: Readonly<Record<string, Rule>> = {
  account: { clean: cleanAccounts, batchSize: ACCOUNT_BATCH_SIZE },
  login: expired({ column: login.expiresAt, keptFor: RETENTION.login }),
  account_browser: expired({ column: accountBrowser.lastLoginAt, keptFor: RETENTION.accountBrowser }),
  api_key: expired({ column: apiKey.expiresAt, keptFor: RETENTION.apiKey }),
  verification_code: expired({ column: verificationCode.expiresAt, keptFor: RETENTION.verificationCode }),
  // After the codes: a parked job whose code is gone can never succeed.
  job: { clean: cleanJobs, batchSize: BATCH_SIZE },
  rate_limit: { clean: cleanRateLimits, batchSize: BATCH_SIZE },
  directory_search: expired({ column: directorySearch.retrievedAt, keptFor: RETENTION.directorySearch }),
  directory_podcast: { clean: cleanDirectoryPodcasts, batchSize: BATCH_SIZE },
  podcast: {
    clean: (db, { limit }) => cleanExpired(db, { column: podcast.mergedAt, keptFor: RETENTION.mergedPodcast, limit }),
    batchSize: PODCAST_BATCH_SIZE,
  },
  crawl_host: { clean: cleanCrawlHosts, batchSize: BATCH_SIZE },
  episode_file: { clean: cleanEpisodeFiles, batchSize: FILE_BATCH_SIZE },
};

/** Number of deleted rows by rule. */
export type CleanResult = { numDeleted: Record<string, number> };

/**
 * Deletes expired rows until none are left or `budgetMs` is used up. Takes one batch of each rule in turn, each in its
 * own transaction; the next run continues. @throws the first error of a rule, after the other rules have run
 */
export async function run(ctx: Context, { budgetMs }: { budgetMs: number }): Promise<CleanResult> {
  const numDeleted = Object.fromEntries(Object.keys(RULES).map((name) => [name, 0]));
  const failures: unknown[] = [];
  const mayGoOn = ctx.until(budgetMs);
  let rules = Object.entries(RULES);
  while (rules.length > 0 && mayGoOn()) {
    const unfinished: typeof rules = [];
    for (const [name, rule] of rules) {
      try {
        const num = await rule.clean(ctx.db, { limit: rule.batchSize });
        numDeleted[name] = (numDeleted[name] ?? 0) + num;
        if (num === rule.batchSize) unfinished.push([name, rule]);
      } catch (error) {
        // One failing rule must not keep the others from deleting.
        failures.push(error);
      }
    }
    rules = unfinished;
  }
  ctx.log.info("Clean finished", toDeletedFields(numDeleted));
  if (failures.length > 0) throw failures[0];
  return { numDeleted };
}

/** Returns only the rules that found something: most ticks find nothing. */
function toDeletedFields(numDeleted: Record<string, number>): Record<string, number> {
  const found = Object.entries(numDeleted).filter(([, num]) => num > 0);
  return Object.fromEntries(found.map(([rule, num]) => [`num_${rule}`, num]));
}

function expired(expiry: Expiry): Rule {
  return { clean: (db, { limit }) => cleanExpired(db, { ...expiry, limit }), batchSize: BATCH_SIZE };
}
