// As parts of the names that programs go by, in any case. Whatever reads pages by itself gets no account made for it.
const BOT =
  /bot\b|bot[/_-]|crawl|spider|slurp|archiver|scrap|fetch|feed|preview|monitor|uptime|pingdom|lighthouse|phantomjs|facebookexternalhit|facebot|whatsapp|embedly|quora link|pinterest|skypeuripreview|bingpreview|mediapartners|apis-google|google-read-aloud|ia_archiver|curl\/|wget\/|libwww|python-requests|python-urllib|aiohttp|go-http-client|okhttp|java\/|apache-httpclient|axios\/|node-fetch|undici|ruby\b|perl\b|php\b|scrapy|nutch|semrush|ahrefs|mj12|dotbot|yandex|baidu|duckduck|sogou|exabot|seznam|petalbot|applebot|gptbot|ccbot|bytespider|claude/i;

/** Whether a User-Agent is a program's that nobody sits in front of; so is one that does not say. */
export function isBot(userAgent: string | undefined): boolean {
  return !userAgent || BOT.test(userAgent);
}
