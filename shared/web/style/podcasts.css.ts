export const PODCASTS_CSS = `/* The list of podcasts */
.cards {
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(min(9.25rem, 100%), 1fr));
  gap: 1.5rem 1.125rem;
  margin-top: 1.5rem;
  list-style: none;
}
@media (min-width: 48rem) {
  .cards {
    grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr));
    gap: 2rem 1.5rem;
  }
}
.card {
  display: block;
  border-radius: 12px;
  color: inherit;
  text-decoration: none;
}
.card .artwork {
  transition: translate 0.15s;
}
.card:hover .artwork {
  translate: 0 -3px;
}
.card:hover .title {
  color: var(--accent);
}
.card .title {
  margin-top: 0.7rem;
  font-weight: 650;
  line-height: 1.3;
}
.card .author {
  margin-top: 0.15rem;
  font-size: 0.875rem;
}
.add {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 0.6rem;
  margin-top: 1.25rem;
}
.add label {
  flex: 0 0 100%;
  font-weight: 600;
}
.add .choice {
  display: flex;
  flex: 0 0 100%;
  align-items: center;
  gap: 0.5rem;
  margin: 0;
}
.add .choice label {
  flex: 1;
  font-weight: 400;
}
.add input[type="text"] {
  flex: 1 1 16rem;
  min-width: 0;
  max-width: 32rem;
  min-height: 2.75rem;
  padding: 0.45rem 0.9rem;
  border: 1px solid var(--muted);
  border-radius: 10px;
  background: var(--raised);
  color: var(--text);
  font: inherit;
}
.add input::placeholder {
  color: var(--muted);
  opacity: 1;
}
.empty {
  max-width: 44rem;
  padding: 1.5rem;
  border: 1px solid var(--line);
  border-radius: 14px;
  background: var(--raised);
}
.empty h2 {
  margin-bottom: 0.5rem;
}
.empty pre {
  margin: 1rem 0 0;
  padding: 0.9rem 1rem;
  border-radius: 10px;
  background: var(--ground);
  white-space: pre-wrap;
}

/* A podcast */
.podcast,
.heading {
  display: grid;
  grid-template-columns: 6.5rem minmax(0, 1fr);
  gap: 1.125rem;
  align-items: start;
}
.podcast .body {
  grid-column: 1 / -1;
}
.podcast .author,
.heading .author {
  margin-top: 0.35rem;
  color: var(--muted);
  font-size: 1.0625rem;
}
@media (min-width: 48rem) {
  .podcast {
    grid-template-columns: 15rem minmax(0, 1fr);
    grid-template-rows: auto 1fr;
    gap: 1.125rem 2.25rem;
    align-items: start;
  }
  .podcast .artwork {
    grid-row: 1 / span 2;
  }
  .podcast .body {
    grid-column: 2;
  }
  .heading {
    grid-template-columns: 11rem minmax(0, 1fr);
    gap: 2rem;
    align-items: center;
  }
}
.checked {
  margin-top: 1.25rem;
  font-size: 0.9375rem;
}
.folded summary {
  width: fit-content;
  padding-block: 0.3rem;
  color: var(--accent);
  font-weight: 600;
  cursor: pointer;
}
.start:has(+ .folded[open]),
.folded[open] summary {
  display: none;
}
.episodes {
  list-style: none;
  border-top: 1px solid var(--line);
}
.episodes li {
  padding-block: 1.125rem;
  border-bottom: 1px solid var(--line);
}
.episodes h3 {
  margin-top: 0.2rem;
}
.episodes h3 a,
.rows h3 a {
  color: var(--text);
  text-decoration: none;
}
.episodes h3 a:hover,
.rows h3 a:hover {
  color: var(--accent);
  text-decoration: underline;
}
/* A box that clips long text would also clip the focus ring. */
.of a:focus-visible,
.episodes h3 a:focus-visible {
  outline: none;
  background: var(--accent);
  color: var(--on-accent);
}
.excerpt {
  margin-top: 0.3rem;
  max-width: 48rem;
  color: var(--muted);
  font-size: 0.9375rem;
}
.meta {
  color: var(--muted);
  font-size: 0.875rem;
}
.meta time,
.meta .whole {
  white-space: nowrap;
}
`;
