import { type Html, html } from "../html.ts";

type Asked = { feedUrl: string; part: string | undefined };

/**
 * Asks who has added a feed whether it is private: its URL looks so, and nobody has said. The answer goes where the form on
 * the first page goes, which settles it without asking the feed's host again.
 */
export function privacyQuestion({ feedUrl, part }: Asked): Html {
  return html`<section class="notice" aria-labelledby="privacy" dir="ltr">
<h2 id="privacy">Is this feed private?</h2>
<p>Its URL has a long random part${part !== undefined && html` (<code class="part">${part}</code>)`}, as the URLs of feeds for paying subscribers do. Until you answer, the feed is private: only its subscribers see this podcast.</p>
<form class="toggles" action="/podcasts" method="post">
<input type="hidden" name="url" value="${feedUrl}">
<button type="submit" name="private" value="true">Yes, keep it private</button>
<button type="submit" name="private" value="false" class="button">No, show it to everybody</button>
</form>
</section>`;
}
