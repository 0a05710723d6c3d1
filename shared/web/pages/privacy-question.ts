import { type Html, html } from "../html.ts";

type Params = { feedUrl: string; part: string | undefined };

/**
 * Asks an account that added a feed whether it is private: its URL looks like it, and nobody has said. The answer is
 * sent to the home page's form handler, which records it without fetching the feed again.
 */
export function privacyQuestion({ feedUrl, part }: Params): Html {
  return html`<section class="notice" aria-labelledby="privacy" dir="ltr">
<h2 id="privacy">Is this feed private?</h2>
<p>Its URL has a long random part${part !== undefined && html` (<code class="part">${part}</code>)`}, like the URLs of feeds for paying subscribers. Until you answer, the feed is private: only its subscribers can see this podcast.</p>
<form class="toggles" action="/podcasts" method="post">
<input type="hidden" name="url" value="${feedUrl}">
<button type="submit" name="private" value="true">Yes, keep it private</button>
<button type="submit" name="private" value="false" class="button">No, show it to everyone</button>
</form>
</section>`;
}
