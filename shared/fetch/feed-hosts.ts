/**
 * Podcast hosts whose feed URLs hold a long id, and yet are no secret: the same URL is given to everybody. Each pattern is
 * matched against host and path, without scheme and query.
 */
const PUBLIC_FEEDS: readonly RegExp[] = [
  // Spotify for Podcasters; the same host's /podcast/auth/... is a subscriber's.
  /^anchor\.fm\/s\/[^/]+\/podcast\/rss$/,
  /^audioboom\.com\/channels\/[^/]+$/,
  /^feeds\.(?:acast\.com\/public\/shows|redcircle\.com|simplecast\.com|megaphone\.fm|transistor\.fm)\/[^/]+$/,
  /^feeds\.buzzsprout\.com\/[^/]+$/,
  /^feeds\.(?:captivate|fireside|soundon|zencastr)\.fm\/[^/]+(?:\/rss)?\/?$/,
  /^feeds\.libsyn\.com\/[^/]+\/rss$/,
  /^feeds\.npr\.org\/\d+\/podcast\.xml$/,
  /^feeds\.soundcloud\.com\/users\/soundcloud:users:\d+\/sounds\.rss$/,
  /^(?:[\w-]+\.)?libsyn\.com\/(?:rss|.+\/rss)$/,
  /^feed\.podbean\.com\/[^/]+\/feed\.xml$/,
  /^(?:www\.)?omnycontent\.com\/d\/playlist\/[^/]+\/[^/]+\/[^/]+\/podcast\.rss$/,
  /^rss\.(?:art19\.com|acast\.com|pdrl\.fm)\/[^/]+(?:\/[^/]+)?$/,
  /^(?:www\.)?spreaker\.com\/show\/\d+\/episodes\/feed$/,
  // The feed of one podcast at Substack; a subscriber's has /private/ in its path.
  /^api\.substack\.com\/feed\/podcast\/\d+\.rss$/,
];

/**
 * Feeds that are made for one subscriber each: who has such a URL reads what that one has paid for. Also matched without
 * the query, because what stands there is found by its name (`carriesSecret`).
 */
const PRIVATE_FEEDS: readonly RegExp[] = [
  /^(?:[\w-]+\.)*supercast\.(?:tech|com)\/feeds\//,
  /^(?:[\w-]+\.)*supportingcast\.fm\/(?:content|feed|rss)\//,
  /^(?:[\w-]+\.)*memberful\.com\/rss\//,
  /^(?:[\w-]+\.)*patreon\.com\/rss\//,
  /^(?:[\w-]+\.)*acast\.com\/private\//,
  /^anchor\.fm\/s\/[^/]+\/podcast\/(?:auth|private)(?:\/|$)/,
  /^private\.captivate\.fm\//,
  /^subscribers\.transistor\.fm\//,
  /^api\.substack\.com\/feed\/podcast\/\d+\/private\//,
];

/** Returns true if the URL is one that a podcast host gives to everybody. */
export function isPublicHostersFeed(url: URL): boolean {
  return PUBLIC_FEEDS.some((pattern) => pattern.test(hostAndPath(url)));
}

/** Returns true if the URL is one that a podcast host gives to one subscriber only. */
export function isSubscribersFeed(url: URL): boolean {
  return PRIVATE_FEEDS.some((pattern) => pattern.test(hostAndPath(url)));
}

function hostAndPath({ hostname, pathname }: URL): string {
  return hostname + pathname.toLowerCase();
}
