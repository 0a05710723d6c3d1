// As parts of the names that programs go by, in any case. Whatever reads pages by itself gets no account made for it. Not a
// search engine's name alone, which its own browser has as well; nor Cubot's, which makes phones.
const BOT =
  /(?<!\bcu)bots?(?:\b|_)|crawl|spider|slurp|archiver|scrap|fetch|feed|preview|monitor|uptime|pingdom|lighthouse|phantomjs|facebookexternalhit|whatsapp|embedly|mediapartners|apis-google|google-read-aloud|curl\/|wget\/|libwww|python-requests|python-urllib|aiohttp|go-http-client|okhttp|java\/|apache-httpclient|axios\/|node-fetch|undici|ruby\b|perl\b|php\b|scrapy|nutch|semrush|ahrefs|mj12|claude/i;

/** Whether a User-Agent is a program's that nobody sits in front of; so is one that does not say. */
export function isBot(userAgent: string | undefined): boolean {
  return !userAgent || BOT.test(userAgent);
}
