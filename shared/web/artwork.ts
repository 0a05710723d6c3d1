import { type Html, html } from "./html.ts";
import { webUrl } from "./links.ts";

// Number of tints in the stylesheet.
const NUM_TINTS = 6;

type Artwork = {
  id: number;
  title: string;
  imageUrl: string | null;
  /** Width and height in CSS pixels. */
  size: number;
  /** Alternative text; "" if the title stands beside the picture. */
  alt: string;
};

/** Returns a square picture. Without one, or if it does not load, shows the title's initial on a tinted square. */
export function artwork({ id, title, imageUrl, size, alt }: Artwork): Html {
  const src = webUrl(imageUrl);
  const initial = /[\p{L}\p{N}]/u.exec(title)?.[0].toUpperCase() ?? "♪";
  return html`<span class="artwork tint-${id % NUM_TINTS}">${
    src === undefined
      ? html`<span class="initial" aria-hidden="true">${initial}</span>`
      : html`<img src="${src}" alt="${alt}" data-initial="${initial}" width="${size}" height="${size}" loading="lazy" decoding="async" referrerpolicy="no-referrer">`
  }</span>`;
}
