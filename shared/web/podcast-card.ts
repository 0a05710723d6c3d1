import { artwork } from "./artwork.ts";
import { type Html, html } from "./html.ts";
import { langAttribute } from "./language.ts";

// Width of a card on a wide screen, in CSS pixels.
const ARTWORK_SIZE = 200;

type Card = {
  id: number;
  title: string;
  author: string | null;
  imageUrl: string | null;
  language?: string | null;
  path: string;
  /** A short note for the caller, such as the number of new episodes. */
  note?: string | undefined;
  /** The link's page is expensive to build, so the link asks robots not to follow it. */
  isCostly?: boolean;
};

/** A grid of podcasts with artwork, title, author and note. */
export function podcastCards(cards: readonly Card[]): Html {
  return html`<ul class="cards">
${cards.map(card)}
</ul>`;
}

function card({ id, title, author, imageUrl, language, path, note, isCostly }: Card): Html {
  const rel = isCostly && html` rel="nofollow"`;
  return html`<li><a class="card" dir="auto" href="${path}"${rel}>${artwork({ id, title, imageUrl, size: ARTWORK_SIZE, alt: "" })}
<span class="title"${langAttribute(language)}>${title}</span>
${author !== null && html`<span class="muted author">${author}</span>`}${note && html`<span class="count" dir="ltr">${note}</span>`}</a></li>
`;
}
