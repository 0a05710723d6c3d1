import { type Html, html } from "./html.ts";

// ISO 639-1. Feeds contain anything here ("english", "jp"), and an invalid language is worse for a screen reader than
// none. A list, because loading Intl.DisplayNames takes 20 ms.
const LANGUAGES = new Set(
  (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en " +
    "eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv " +
    "ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne " +
    "ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st " +
    "su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
  ).split(" "),
);

/** Returns ` lang="de-at"` for a podcast's own texts, or nothing if the feed's language is invalid. */
export function langAttribute(language: string | null | undefined): Html | undefined {
  const tag = language?.replaceAll("_", "-");
  const [primary] = tag?.split("-", 1) ?? [];
  if (tag === undefined || primary === undefined || !LANGUAGES.has(primary.toLowerCase())) return undefined;
  // RFC 5646 2.1: subtags have one to eight letters and digits.
  return /^[a-z]{2}(-[a-z0-9]{1,8})*$/i.test(tag) ? html` lang="${tag}"` : undefined;
}
