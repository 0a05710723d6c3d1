import { type Html, html } from "./html.ts";
import { pagePath } from "./links.ts";

type Paging = {
  path: string;
  /** Cursor of this page; undefined for the first. */
  after: string | undefined;
  /** Cursor of the next page; undefined on the last. */
  nextAfter: string | undefined;
  words: { first: string; next: string };
};

/** Links to a list's first and next page; nothing if the list fits on one page. */
export function pagingNav({ path, after, nextAfter, words }: Paging): Html | undefined {
  if (after === undefined && nextAfter === undefined) return undefined;
  return html`<nav class="paging" aria-label="Pages">
${after !== undefined && html`<a class="button" href="${path}">${words.first}</a>`}
${nextAfter !== undefined && html`<a class="button" href="${pagePath(path, nextAfter)}">${words.next}</a>`}
</nav>`;
}
