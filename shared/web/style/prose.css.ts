export const PROSE_CSS = `/* Texts from feeds: notes and descriptions */
.prose {
  max-width: 44rem;
  font-size: 1.0625rem;
  line-height: 1.65;
}
.plain {
  white-space: pre-line;
}
.prose :is(p, li, h3, h4, h5, h6) {
  unicode-bidi: plaintext;
}
.prose > :first-child {
  margin-top: 0;
}
.prose :is(p, ul, ol, blockquote, pre, dl, table, figure) {
  margin-block: 0.9em;
}
.prose :is(h1, h2, h3, h4, h5, h6) {
  margin-block: 1.4em 0.5em;
  font-size: 1.125rem;
  font-weight: 700;
}
.prose :is(ul, ol) {
  padding-inline-start: 1.5em;
}
.prose :is(li + li) {
  margin-top: 0.3em;
}
.prose blockquote {
  margin-inline: 0;
  padding-inline-start: 1.1em;
  border-inline-start: 3px solid var(--line);
  color: var(--muted);
}
.prose hr {
  margin-block: 1.8em;
  border: 0;
  border-top: 1px solid var(--line);
}
.prose pre {
  padding: 0.9rem 1rem;
  border-radius: 10px;
  background: var(--raised);
  white-space: pre-wrap;
}
.prose img {
  max-width: 100%;
  height: auto;
}

/* Error page */
.error {
  display: grid;
  justify-items: start;
  gap: 1rem;
  max-width: 40rem;
  padding-block: clamp(1rem, 8vh, 5rem);
}
.error .status {
  color: var(--accent);
  font-size: 1.125rem;
  font-weight: 700;
}

@media (prefers-reduced-motion: reduce) {
  .card .artwork {
    transition: none;
  }
  .card:hover .artwork {
    translate: none;
  }
}
`;
