import type { Person } from "../feed/model.ts";
import { type Html, html } from "./html.ts";
import { webUrl } from "./links.ts";

// In CSS pixels.
const PORTRAIT_SIZE = 40;

/** The people of a podcast or an episode (podcast:person), under a heading; nothing without people. */
export function peopleSection(persons: readonly Person[]): Html | undefined {
  if (persons.length === 0) return undefined;
  return html`<section aria-labelledby="people">
<h2 id="people">People</h2>
<ul class="people">
${persons.map(personItem)}
</ul>
</section>`;
}

function personItem({ name, role, imageUrl, linkUrl }: Person): Html {
  const portrait = webUrl(imageUrl);
  const href = webUrl(linkUrl);
  return html`<li>${
    portrait !== undefined &&
    html`<img src="${portrait}" alt="" width="${PORTRAIT_SIZE}" height="${PORTRAIT_SIZE}" loading="lazy" decoding="async" referrerpolicy="no-referrer">`
  }<span><span class="name" dir="auto">${href === undefined ? name : html`<a href="${href}">${name}</a>`}</span>
<span class="muted">${role ?? "host"}</span></span></li>
`;
}
