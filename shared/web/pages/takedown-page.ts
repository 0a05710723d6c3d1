import type { Takedown } from "../../podcasts/find-takedowns.ts";
import { notice } from "../form.ts";
import { html } from "../html.ts";
import type { Page } from "../layout.ts";
import { toggle } from "../toggle.ts";

export type TakedownView = { podcastId: number; takedown: Takedown; isSubscribed: boolean };

/** What is left of a podcast that the operator took down, for those who subscribe to it or have added it. */
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
