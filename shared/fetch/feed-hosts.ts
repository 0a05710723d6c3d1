/** A podcast host that serves the feeds of many shows. */
type Hoster = {
  /** Its feeds are at these domains and below them. The first one is its name. */
  domains: readonly [string, ...string[]];
  /** Requests a second; `HOSTER_RATE` unless it is known to take fewer or more. */
  rate?: number;
  /**
   * Feed URLs that contain a long ID but are public: everybody gets the same URL. Each pattern matches host and path,
   * without scheme and query.
   */
  publicFeeds?: readonly RegExp[];
  /**
   * Feed URLs that it creates for one subscriber each. Anyone with such a URL can read what the subscriber paid for. Also
   * matched without the query: `carriesSecret` finds secrets in queries by their names.
   */
  subscribersFeeds?: readonly RegExp[];
};

// Hosters serve feeds from caches that are made for many more requests.
const HOSTER_RATE = 10;

const HOSTERS: readonly Hoster[] = [
  {
    domains: ["acast.com"],
    publicFeeds: [
      /^feeds\.acast\.com\/public\/shows\/[^/]+$/,
      /^rss\.acast\.com\/[^/]+$/,
      // Of these paths `open` is for everybody.
      /^sphinx\.acast\.com\/p\/open\//,
    ],
    subscribersFeeds: [/^(?:[\w-]+\.)*acast\.com\/private\//],
  },
  {
    // Spotify for Podcasters.
    domains: ["anchor.fm"],
    publicFeeds: [/^anchor\.fm\/s\/[^/]+\/podcast\/rss$/],
    subscribersFeeds: [/^anchor\.fm\/s\/[^/]+\/podcast\/(?:auth|private)(?:\/|$)/],
  },
  { domains: ["art19.com"], publicFeeds: [/^rss\.art19\.com\/[^/]+$/] },
  { domains: ["audioboom.com"], publicFeeds: [/^audioboom\.com\/channels\/[^/]+$/] },
  { domains: ["audiomeans.fr"], publicFeeds: [/^feeds\.audiomeans\.fr\/feed\/[^/]+$/] },
  { domains: ["ausha.co"], publicFeeds: [/^feed\.ausha\.co\/[^/]+$/] },
  { domains: ["blubrry.com", "blubrry.net"] },
  { domains: ["buzzsprout.com"], publicFeeds: [/^feeds\.buzzsprout\.com\/[^/]+$/] },
  {
    domains: ["captivate.fm"],
    publicFeeds: [/^feeds\.captivate\.fm\/[^/]+(?:\/rss)?\/?$/],
    subscribersFeeds: [/^private\.captivate\.fm\//],
  },
  { domains: ["castbox.fm"], publicFeeds: [/^rss\.castbox\.fm\/everest\/[^/]+$/] },
  { domains: ["castos.com"] },
  { domains: ["feedburner.com"] },
  { domains: ["fireside.fm"], publicFeeds: [/^feeds\.fireside\.fm\/[^/]+(?:\/rss)?\/?$/] },
  { domains: ["firstory.me"], publicFeeds: [/^(?:feed|open)\.firstory\.me\/rss\/user\/[^/]+$/] },
  { domains: ["ivoox.com"] },
  {
    domains: ["libsyn.com", "libsynpro.com"],
    publicFeeds: [
      /^feeds\.libsyn\.com\/[^/]+\/rss$/,
      /^[\w-]+\.libsyn\.com\/(?:podcast\/)?rss$/,
      /^rss\.libsyn\.com\/shows\/\d+\/destinations\/\d+\.xml$/,
    ],
  },
  { domains: ["megaphone.fm"], publicFeeds: [/^feeds\.megaphone\.fm\/[^/]+$/] },
  { domains: ["memberful.com"], subscribersFeeds: [/^(?:[\w-]+\.)*memberful\.com\/rss\//] },
  { domains: ["npr.org"], publicFeeds: [/^feeds\.npr\.org\/\d+\/podcast\.xml$/] },
  {
    domains: ["omnycontent.com", "omny.fm"],
    publicFeeds: [/^(?:www\.)?omnycontent\.com\/d\/playlist\/[^/]+\/[^/]+\/[^/]+\/podcast\.rss$/],
  },
  { domains: ["patreon.com"], subscribersFeeds: [/^(?:[\w-]+\.)*patreon\.com\/rss\//] },
  // Podroll puts a prefix before other hosts' URLs, and fetches them itself.
  { domains: ["pdrl.fm"] },
  { domains: ["podbean.com"], publicFeeds: [/^feed\.podbean\.com\/[^/]+\/feed\.xml$/] },
  { domains: ["podigee.io", "podigee.com"] },
  { domains: ["podomatic.com", "podomatic.net"] },
  { domains: ["podplaystudio.com"], publicFeeds: [/^rss\.podplaystudio\.com\/[^/]+$/] },
  { domains: ["redcircle.com"], publicFeeds: [/^feeds\.redcircle\.com\/[^/]+$/] },
  { domains: ["rss.com"] },
  { domains: ["simplecast.com"], publicFeeds: [/^feeds\.simplecast\.com\/[^/]+$/] },
  {
    domains: ["soundcloud.com"],
    publicFeeds: [/^feeds\.soundcloud\.com\/users\/soundcloud:users:\d+\/sounds\.rss$/],
  },
  {
    domains: ["soundon.fm"],
    publicFeeds: [
      /^feeds\.soundon\.fm\/[^/]+(?:\/rss)?\/?$/,
      /^feeds\.soundon\.fm\/podcasts\/[^/]+$/,
      /^api\.soundon\.fm\/v2\/podcasts\/[^/]+\/feed\.xml$/,
    ],
  },
  { domains: ["spreaker.com"], publicFeeds: [/^(?:www\.)?spreaker\.com\/show\/\d+\/episodes\/feed$/] },
  {
    domains: ["substack.com"],
    // A podcast's public feed. A subscriber's feed has /private/ in its path.
    publicFeeds: [/^api\.substack\.com\/feed\/podcast\/\d+\.rss$/],
    subscribersFeeds: [/^api\.substack\.com\/feed\/podcast\/\d+\/private\//],
  },
  {
    domains: ["supercast.com", "supercast.tech"],
    subscribersFeeds: [/^(?:[\w-]+\.)*supercast\.(?:tech|com)\/feeds\//],
  },
  {
    domains: ["supportingcast.fm"],
    subscribersFeeds: [/^(?:[\w-]+\.)*supportingcast\.fm\/(?:content|feed|rss)\//],
  },
  {
    domains: ["transistor.fm"],
    publicFeeds: [/^feeds\.transistor\.fm\/[^/]+$/],
    subscribersFeeds: [/^subscribers\.transistor\.fm\//],
  },
  { domains: ["zencastr.com", "zencastr.fm"], publicFeeds: [/^feeds\.zencastr\.fm\/[^/]+(?:\/rss)?\/?$/] },
];

const NAMES = new Map(HOSTERS.flatMap(({ domains }) => domains.map((domain) => [domain, domains[0]] as const)));

/** Requests a second that each known hoster takes, by its name. */
export const HOSTER_RATES: Readonly<Record<string, number>> = Object.fromEntries(
  HOSTERS.map(({ domains: [name], rate = HOSTER_RATE }) => [name, rate]),
);

// RFC 1035 2.3.4. Longer ones resolve nowhere, but may be stored.
const MAX_HOST_LENGTH = 253;

/**
 * Returns the name under which a feed's host is counted: its host name, or one name for all of a known hoster. The port
 * does not matter, because all ports of a host are one machine.
 */
export function hostKeyOf(feedUrl: string): string {
  const hostname = (URL.parse(feedUrl)?.hostname ?? "").slice(-MAX_HOST_LENGTH);
  let domain = hostname;
  while (domain !== "") {
    const name = NAMES.get(domain);
    if (name !== undefined) return name;
    domain = domain.includes(".") ? domain.slice(domain.indexOf(".") + 1) : "";
  }
  return hostname;
}

// Podroll's prefix: six hex digits, then another host's feed URL without its scheme.
const PREFIX = /^rss\.pdrl\.fm\/[\da-f]{6}\//;

/** Returns true if the URL is a podcast host's public feed URL. */
export function isPublicHostersFeed(url: URL): boolean {
  const feed = hostAndPath(url).replace(PREFIX, "");
  return HOSTERS.some(({ publicFeeds = [] }) => publicFeeds.some((pattern) => pattern.test(feed)));
}

/** Returns true if the URL is a podcast host's feed URL for one subscriber. */
export function isSubscribersFeed(url: URL): boolean {
  const feed = hostAndPath(url);
  return HOSTERS.some(({ subscribersFeeds = [] }) => subscribersFeeds.some((pattern) => pattern.test(feed)));
}

function hostAndPath({ hostname, pathname }: URL): string {
  return hostname + pathname.toLowerCase();
}
