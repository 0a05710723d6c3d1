import type { IncomingMessage, ServerResponse } from "node:http";
import postgres from "postgres";
import { openPool } from "../../shared/db/pool.ts";
import { madeUpDates, randomFrom } from "./made-up-rhythms.ts";
import { startNameServer } from "./name-server.ts";
import { startOrigin } from "./origin.ts";
import { insertDuePodcasts } from "./rows.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * What a crawler did, by the rules of the feed reader score (https://rachelbythebay.com/fs/): a good one has zeros from
 * `numUnconditional` on.
 */
type Score = {
  numFeeds: number;
  numDays: number;
  numRestarts: number;
  numRequests: number;
  numNotModified: number;
  numEpisodes: number;
  /** Requests without a validator after three weeks or more of 304s, to see if the feed has new content all the same. */
  numMonthly: number;
  /** Other requests without a validator, although the feed had sent one. */
  numUnconditional: number;
  /** Validators that the feed did not send with its last 200 or 304. */
  numInvented: number;
  numCookies: number;
  numReferers: number;
  numOtherUrls: number;
  /** Requests before the reply before had expired, within the hour where nothing said how long it is fresh, or before Retry-After. */
  numEarly: number;
  /** Requests in hours that the feed asks to skip. */
  numInSkippedHours: number;
  numOtherUserAgents: number;
};

type Crawler = { tick(): Promise<unknown>; stop(): Promise<unknown> };
type Options = {
  databaseUrl: string;
  numFeeds: number;
  numDays: number;
  numRestarts: number;
  /** Starts a process that crawls, with these settings. */
  start(environment: Record<string, string>): Promise<Crawler>;
  /** Allowed on the port of the origin that is started here. */
  fetchAllow: string;
};

// The crawl tick runs every minute. Here it runs after 1 to 59 minutes: a request that is due too early by less than that is
// seen as often as a tick falls between.
const TICK_MINUTES = { least: 1, most: 59 };

/**
 * Lets a crawler in a process of its own crawl feeds on as many host names for `numDays`, at the speed that it can. Only the
 * database's clock and the name server are replaced. The process is restarted with SIGTERM, every other time during a tick.
 */
export async function scoreCrawler(options: Options): Promise<Score> {
  const { databaseUrl, numFeeds, numDays, numRestarts } = options;
  const clock = await moveClock(databaseUrl);
  const feeds = Array.from({ length: numFeeds }, (_, i) => createFeed(i, { startAt: clock.now(), numDays }));
  const score = emptyScore(options);
  const userAgents = new Set<string>();
  let tickBefore = clock.now();
  const origin = await startOrigin((request, response) => {
    const feed = feeds[Number(/^feed-(\d+)\./.exec(request.headers.host ?? "")?.[1])];
    if (feed === undefined) return void response.writeHead(404).end();
    userAgents.add(request.headers["user-agent"] ?? "");
    judge(score, { feed, request, now: clock.now(), tickBefore });
    reply(feed, { score, response, now: clock.now() });
  });
  const names = await startNameServer();
  const pool = openPool({ url: databaseUrl, max: 1, applicationName: "podcore-score" });
  await insertDuePodcasts(
    pool.db,
    feeds.map((_, i) => `http://feed-${i}.example.net:${origin.port}${pathOf(i)}`),
  );
  await pool.close();
  const environment = {
    DATABASE_URL: databaseUrl,
    PODCORE_FETCH_ALLOW: options.fetchAllow,
    // Else it would name the port, which is another after a restart.
    PODCORE_CONTACT_URL: "https://podcore.example.com/",
    // What is left when a tick has used this up is done by the next.
    PODCORE_TICK_BUDGET_MS: "30000",
    ...names.environment,
  };

  const { least, most } = TICK_MINUTES;
  const random = randomFrom(numFeeds);
  const numTicks = Math.round((numDays * DAY_MS) / (((least + most) / 2) * MINUTE_MS));
  const restarts = new Set(
    Array.from({ length: numRestarts }, (_, i) => Math.floor(((i + 0.5) * numTicks) / numRestarts)),
  );
  let crawler = await options.start(environment);
  try {
    let wasCut = false;
    for (let tick = 0; tick < numTicks; tick++) {
      // What a tick that was cut off had begun, the next one does.
      if (!wasCut) tickBefore = clock.now();
      wasCut = false;
      await clock.pass((least + random() * (most - least)) * MINUTE_MS);
      const running = crawler.tick();
      if (restarts.has(tick)) {
        // Every other time, the process has to end the crawls that it is at.
        wasCut = score.numRestarts % 2 !== 0;
        if (!wasCut) await running;
        // A tick that is sent as the process ends may find nobody who listens.
        await Promise.all([running.catch(() => {}), crawler.stop()]);
        crawler = await options.start(environment);
        score.numRestarts += 1;
      } else await running;
    }
  } finally {
    await crawler.stop();
    await origin.close();
    names.close();
    await clock.close();
  }
  return { ...score, numEpisodes: await countEpisodes(databaseUrl), numOtherUserAgents: userAgents.size - 1 };
}

async function countEpisodes(databaseUrl: string): Promise<number> {
  const sql = postgres(databaseUrl, { max: 1 });
  const [row] = await sql<{ num: number }[]>`select count(*)::int as num from episode`;
  await sql.end();
  return row?.num ?? 0;
}

/** Makes podcore_now() of one database run ahead, for sessions that are open too. */
async function moveClock(databaseUrl: string) {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  await sql.unsafe(`
    create table test_clock (shift interval not null);
    insert into test_clock values ('0');
    create or replace function podcore_now() returns timestamptz language sql stable as
      'select now() + shift from test_clock'`);
  let shiftMs = 0;
  return {
    now: () => Date.now() + shiftMs,
    async pass(ms: number) {
      shiftMs += ms;
      await sql`update test_clock set shift = ${shiftMs}::float8 * interval '1 millisecond'`;
    },
    close: () => sql.end(),
  };
}

type TestFeed = {
  index: number;
  dates: number[];
  policy: Policy;
  random: () => number;
  /** As sent with the last 200 or 304. */
  validators: { etag?: string | undefined; lastModified?: string | undefined };
  /** No request is due before. */
  notBefore: number;
  /** When it was last sent whole. */
  contentAt: number;
};
type Policy = {
  hasEtag?: boolean;
  hasLastModified?: boolean;
  /** Headers that say how long a reply is fresh. */
  fresh?: (now: number) => Record<string, string>;
  /** What the feed says. */
  channel?: string;
  /** How long it is to be left alone after a reply. */
  waitMs: number;
  skipHours?: number[];
  failsOften?: boolean;
};

const POLICIES: Policy[] = [
  { hasEtag: true, hasLastModified: true, waitMs: HOUR_MS },
  { hasEtag: true, fresh: () => ({ "cache-control": "max-age=600" }), waitMs: 10 * MINUTE_MS },
  { hasLastModified: true, fresh: () => ({ "cache-control": "max-age=43200" }), waitMs: 12 * HOUR_MS },
  {
    hasEtag: true,
    fresh: (now) => ({ expires: new Date(now + 6 * HOUR_MS).toUTCString() }),
    waitMs: 6 * HOUR_MS - 1_000,
  },
  { hasEtag: true, channel: "<ttl>720</ttl>", waitMs: 12 * HOUR_MS },
  {
    hasEtag: true,
    hasLastModified: true,
    channel: `<skipHours>${[0, 1, 2, 3, 4, 5].map((hour) => `<hour>${hour}</hour>`).join("")}</skipHours>`,
    waitMs: HOUR_MS,
    skipHours: [0, 1, 2, 3, 4, 5],
  },
  {
    hasEtag: true,
    channel: "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>",
    waitMs: 12 * HOUR_MS,
  },
  { hasEtag: true, hasLastModified: true, failsOften: true, waitMs: HOUR_MS },
];
// The crawler spreads its monthly requests over six days.
const MONTHLY_MS = 21 * DAY_MS;
// Two years of episodes, of which a feed shows the last 30.
const PAST_MS = 730 * DAY_MS;
const NUM_SHOWN = 30;

function createFeed(index: number, { startAt, numDays }: { startAt: number; numDays: number }): TestFeed {
  return {
    index,
    // The days are only about as long as asked for.
    dates: madeUpDates(index, { from: startAt - PAST_MS, to: startAt + (numDays + 1) * DAY_MS }),
    policy: POLICIES[Math.floor(index / 5) % POLICIES.length] ?? { waitMs: HOUR_MS },
    random: randomFrom(index + 1),
    validators: {},
    notBefore: 0,
    contentAt: 0,
  };
}

const pathOf = (index: number) => `/shows/${index}/feed.xml?format=rss`;

type Request = { feed: TestFeed; request: IncomingMessage; now: number; tickBefore: number };

function judge(score: Score, { feed, request, now, tickBefore }: Request): void {
  const { headers } = request;
  const { etag, lastModified } = feed.validators;
  const sent = { etag: headers["if-none-match"], lastModified: headers["if-modified-since"] };
  const had = etag !== undefined || lastModified !== undefined;
  score.numRequests += 1;
  if (had && sent.etag === undefined && sent.lastModified === undefined) {
    score[now - feed.contentAt >= MONTHLY_MS ? "numMonthly" : "numUnconditional"] += 1;
  }
  if (sent.etag !== undefined && sent.etag !== etag) score.numInvented += 1;
  if (sent.lastModified !== undefined && sent.lastModified !== lastModified) score.numInvented += 1;
  if (headers.cookie !== undefined) score.numCookies += 1;
  if (headers.referer !== undefined) score.numReferers += 1;
  if (request.url !== pathOf(feed.index)) score.numOtherUrls += 1;
  if (now < feed.notBefore) score.numEarly += 1;
  // What was due before these hours comes late, as ticks are rare here.
  const isSkipped = (at: number) => feed.policy.skipHours?.includes(new Date(at).getUTCHours()) === true;
  if (isSkipped(now) && isSkipped(tickBefore) && feed.notBefore > 0) score.numInSkippedHours += 1;
}

type Reply = { score: Score; response: ServerResponse; now: number };

function reply(feed: TestFeed, { score, response, now }: Reply): void {
  const { policy, random } = feed;
  response.setHeader("date", new Date(now).toUTCString());
  response.setHeader("set-cookie", `visitor=${feed.index}; Max-Age=31536000`);
  if (policy.failsOften && random() < 0.2) {
    const status = random() < 0.5 ? 503 : 429;
    feed.notBefore = now + 2 * HOUR_MS;
    return void response.writeHead(status, { "retry-after": "7200" }).end();
  }
  const dates = feed.dates.filter((at) => at <= now).slice(-NUM_SHOWN);
  const { etag, lastModified } = validatorsOf(feed, dates);
  const isSame = etag !== undefined ? etag === feed.validators.etag : lastModified === feed.validators.lastModified;
  const wasAsked =
    response.req.headers["if-none-match"] !== undefined || response.req.headers["if-modified-since"] !== undefined;
  feed.validators = { etag, lastModified };
  feed.notBefore = now + policy.waitMs;
  const headers = {
    ...(etag !== undefined && { etag }),
    ...(lastModified !== undefined && { "last-modified": lastModified }),
    ...policy.fresh?.(now),
  };
  if (isSame && wasAsked) {
    score.numNotModified += 1;
    return void response.writeHead(304, headers).end();
  }
  feed.contentAt = now;
  response.writeHead(200, { ...headers, "content-type": "application/rss+xml" }).end(documentOf(feed, dates));
}

function validatorsOf({ policy, index }: TestFeed, dates: readonly number[]) {
  const newest = dates.at(-1) ?? 0;
  return {
    etag: policy.hasEtag ? `W/"${index}-${newest}"` : undefined,
    lastModified: policy.hasLastModified ? new Date(newest).toUTCString() : undefined,
  };
}

function documentOf({ index, policy }: TestFeed, dates: readonly number[]): string {
  const items = dates.map(
    (
      at,
    ) => `<item><guid>${index}-${at}</guid><title>Episode ${at}</title><pubDate>${new Date(at).toUTCString()}</pubDate>
<enclosure url="https://media.example.com/${index}/${at}.mp3" length="1000" type="audio/mpeg"/></item>`,
  );
  return `<rss version="2.0" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel>
<title>Show ${index}</title><link>https://show.example.com/${index}</link><description>About it</description>${policy.channel ?? ""}
${items.reverse().join("\n")}</channel></rss>`;
}

function emptyScore({ numFeeds, numDays }: Options): Score {
  return {
    ...{ numFeeds, numDays, numRestarts: 0, numRequests: 0, numNotModified: 0, numEpisodes: 0, numMonthly: 0 },
    ...{
      numUnconditional: 0,
      numInvented: 0,
      numCookies: 0,
      numReferers: 0,
      numOtherUrls: 0,
      numEarly: 0,
      numInSkippedHours: 0,
    },
    numOtherUserAgents: 0,
  };
}
