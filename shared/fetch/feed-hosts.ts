/**
 * Feed URLs of podcast hosts that contain a long ID but are public: everybody gets the same URL. Each pattern matches host
 * and path, without scheme and query.
 */
const PUBLIC_FEEDS: readonly RegExp[] = [
  // Spotify for Podcasters. /podcast/auth/... on this host belongs to one subscriber.
  /^anchor\.fm\/s\/[^/]+\/podcast\/rss$/,
  /^audioboom\.com\/channels\/[^/]+$/,
  /^feeds\.(?:acast\.com\/public\/shows|redcircle\.com|simplecast\.com|megaphone\.fm|transistor\.fm)\/[^/]+$/,
  /^feeds\.buzzsprout\.com\/[^/]+$/,
  /^feeds\.(?:captivate|fireside|soundon|zencastr)\.fm\/[^/]+(?:\/rss)?\/?$/,
  /^feeds\.audiomeans\.fr\/feed\/[^/]+$/,
  /^feeds\.soundon\.fm\/podcasts\/[^/]+$/,
  /^api\.soundon\.fm\/v2\/podcasts\/[^/]+\/feed\.xml$/,
  /^(?:feed|open)\.firstory\.me\/rss\/user\/[^/]+$/,
  /^feed\.ausha\.co\/[^/]+$/,
  /^rss\.castbox\.fm\/everest\/[^/]+$/,
  /^rss\.podplaystudio\.com\/[^/]+$/,
  // Of Acast's paths `open` is for everybody.
  /^sphinx\.acast\.com\/p\/open\//,
  /^feeds\.libsyn\.com\/[^/]+\/rss$/,
  /^feeds\.npr\.org\/\d+\/podcast\.xml$/,
  /^feeds\.soundcloud\.com\/users\/soundcloud:users:\d+\/sounds\.rss$/,
  /^[\w-]+\.libsyn\.com\/(?:podcast\/)?rss$/,
  /^rss\.libsyn\.com\/shows\/\d+\/destinations\/\d+\.xml$/,
  /^feed\.podbean\.com\/[^/]+\/feed\.xml$/,
  /^(?:www\.)?omnycontent\.com\/d\/playlist\/[^/]+\/[^/]+\/[^/]+\/podcast\.rss$/,
  /^rss\.(?:art19|acast)\.com\/[^/]+$/,
  /^(?:www\.)?spreaker\.com\/show\/\d+\/episodes\/feed$/,
  // A podcast's public feed at Substack. A subscriber's feed has /private/ in its path.
  /^api\.substack\.com\/feed\/podcast\/\d+\.rss$/,
];

/**
 * Feed URLs that podcast hosts create for one subscriber each. Anyone with such a URL can read what the subscriber paid
 * for. Also matched without the query: `carriesSecret` finds secrets in queries by their names.
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

// Podroll's prefix: six hex digits, then another host's feed URL without its scheme.
const PREFIX = /^rss\.pdrl\.fm\/[\da-f]{6}\//;

/** Returns true if the URL is a podcast host's public feed URL. */
export function isPublicHostersFeed(url: URL): boolean {
  const feed = hostAndPath(url).replace(PREFIX, "");
  return PUBLIC_FEEDS.some((pattern) => pattern.test(feed));
}

/** Returns true if the URL is a podcast host's feed URL for one subscriber. */
export function isSubscribersFeed(url: URL): boolean {
  return PRIVATE_FEEDS.some((pattern) => pattern.test(hostAndPath(url)));
}

function hostAndPath({ hostname, pathname }: URL): string {
  return hostname + pathname.toLowerCase();
}
