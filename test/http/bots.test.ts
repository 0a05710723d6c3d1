import assert from "node:assert/strict";
import test from "node:test";
import { isBot } from "../../shared/accounts/sign-in.ts";

const WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)";

for (const userAgent of [
  "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0",
  `Mozilla/5.0 (Linux; Android 14; CUBOT X30) ${WEBKIT} Chrome/140.0.0.0 Mobile Safari/537.36`,
  `Mozilla/5.0 (Linux; Android 14; CUBOT_NOTE) ${WEBKIT} Chrome/140.0.0.0 Mobile Safari/537.36`,
  `Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) ${WEBKIT} Version/18.0 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15`,
  `Mozilla/5.0 (Linux; Android 12) ${WEBKIT} Version/4.0 Chrome/97.0 Mobile Safari/537.36 baiduboxapp/13.10`,
  `Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) ${WEBKIT} Mobile/15E148 [Pinterest/iOS]`,
  `Mozilla/5.0 (Linux; Android 12) ${WEBKIT} Chrome/100.0 YaBrowser/24.1 YandexSearch/24.11 Mobile Safari/537.36`,
  `Mozilla/5.0 (Linux; Android 12) ${WEBKIT} Chrome/100.0 Mobile Safari/537.36 SogouMSE,SogouMobileBrowser/5.30`,
]) {
  test(`isBot() takes for a person's ${userAgent}`, () => {
    assert.equal(isBot(userAgent), false);
  });
}

for (const userAgent of [
  undefined,
  "",
  "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
  "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
  "DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)",
  "Mozilla/5.0 (compatible; YandexImages/3.0; +http://yandex.com/bots)",
  "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
  "Pinterest/0.2 (+https://www.pinterest.com/bot.html)",
  "Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)",
  "facebookexternalhit/1.1",
  "WhatsApp/2.23.20.0 A",
  "curl/8.5.0",
  "Go-http-client/2.0",
]) {
  test(`isBot() takes for a program's ${userAgent}`, () => {
    assert.equal(isBot(userAgent), true);
  });
}
