import type { Takedown } from "../../podcasts/find-takedowns.ts";
import { notice } from "../form.ts";
import { html } from "../html.ts";
import type { Page } from "../layout.ts";
import { toggle } from "../toggle.ts";

export type TakedownView = { podcastId: number; takedown: Takedown; isSubscribed: boolean };

/** What an account that has added or subscribed to a podcast sees after the operator has taken it down. */
export function takedownPage({ podcastId, takedown, isSubscribed }: TakedownView): Page {
  const { title, reason } = takedown;
  return {
    titles: [title],
    isPersonal: true,
    main: html`<article class="podcast" dir="auto">
<div class="title-block">
<h1>${title}</h1>
${notice(html`The operator of this site has taken this podcast down: <span dir="auto">${reason}</span>`)}
${isSubscribed && html`<div class="toggles">${toggle({ action: `/podcasts/${podcastId}/subscription`, name: "subscribed", isOn: true, words: { on: "Unsubscribe", off: "Subscribe" } })}</div>`}
</div>
</article>`,
  };
}
