/** The one style sheet. Text in TypeScript, so that node and the bundler read it alike. */
export const APP_CSS = `/* Colours: warm greys and one accent. Each text colour has at least 4.5:1 on each ground that it stands on. */
:root {
  color-scheme: light dark;
  --ground: #faf8f5;
  --raised: #fff;
  --text: #1d1a17;
  --muted: #635c54;
  --line: #e4ded6;
  --accent: #ad3217;
  --on-accent: #fff;
  --shadow: 0 1px 2px rgb(60 40 20 / 8%), 0 4px 14px rgb(60 40 20 / 8%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #161412;
    --raised: #211e1b;
    --text: #f0ebe5;
    --muted: #aea59b;
    --line: #37322d;
    --accent: #ff9474;
    --on-accent: #2b0d05;
    --shadow: 0 1px 2px rgb(0 0 0 / 40%), 0 4px 14px rgb(0 0 0 / 30%);
  }
}

*,
::before,
::after {
  box-sizing: border-box;
}
html {
  -webkit-text-size-adjust: 100%;
  text-size-adjust: 100%;
}
body {
  margin: 0;
  background: var(--ground);
  color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
  /* Titles and notes are whatever a feed says: one word may be longer than a phone is wide. */
  overflow-wrap: anywhere;
  display: flex;
  flex-direction: column;
  min-height: 100vh;
}
h1,
h2,
h3 {
  line-height: 1.2;
  letter-spacing: -0.015em;
  text-wrap: balance;
  margin: 0;
}
h1 {
  font-size: clamp(1.6rem, 1.2rem + 1.9vw, 2.5rem);
  font-weight: 750;
}
h2 {
  font-size: 1.25rem;
  font-weight: 700;
}
h3 {
  font-size: 1.0625rem;
  font-weight: 650;
  line-height: 1.35;
  letter-spacing: -0.005em;
}
p {
  margin: 0;
}
ul,
ol {
  margin: 0;
  padding: 0;
}
a {
  color: var(--accent);
  text-underline-offset: 0.18em;
  text-decoration-thickness: 1px;
}
a:hover {
  text-decoration-thickness: 2px;
}
:focus-visible {
  outline: 3px solid var(--accent);
  outline-offset: 3px;
  border-radius: 4px;
}
code {
  font: 0.9em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
}
.muted {
  color: var(--muted);
}

/* A title of five hundred characters, or an author of two hundred, must leave room for the page. */
h1,
.of,
.author,
.excerpt,
.badges li,
.card .title {
  display: -webkit-box;
  -webkit-box-orient: vertical;
  -webkit-line-clamp: 2;
  overflow: hidden;
}
h1 {
  -webkit-line-clamp: 8;
  /* Room for what hangs below the last line. */
  padding-bottom: 0.1em;
}
.card .author {
  -webkit-line-clamp: 1;
}

/* Layout */
header.site,
main,
footer.site {
  width: 100%;
  max-width: 70rem;
  margin-inline: auto;
  padding-inline: max(1.125rem, env(safe-area-inset-left));
}
header.site {
  padding-block: 1rem;
}
main {
  flex: 1;
  padding-block: 0.75rem 4rem;
}
footer.site {
  border-top: 1px solid var(--line);
  padding-block: 1.5rem 2.5rem;
  color: var(--muted);
  font-size: 0.875rem;
}
.brand {
  display: inline-flex;
  align-items: center;
  gap: 0.6rem;
  color: var(--text);
  font-size: 1.125rem;
  font-weight: 750;
  letter-spacing: -0.02em;
  text-decoration: none;
}
.brand img {
  display: block;
}
.skip {
  position: absolute;
  inset-inline-start: 1rem;
  top: -5rem;
  z-index: 1;
  padding: 0.6rem 1rem;
  border-radius: 0 0 10px 10px;
  background: var(--accent);
  color: var(--on-accent);
}
.skip:focus {
  top: 0;
}
section {
  margin-top: 2.5rem;
}
section > h2 {
  margin-bottom: 1rem;
}

/* Artwork: a picture, or its title's initial. Browsers draw ::after of a picture only where it did not load. */
.artwork {
  position: relative;
  display: block;
  aspect-ratio: 1;
  overflow: hidden;
  border-radius: 12px;
  background: var(--tint);
  box-shadow: var(--shadow);
  container-type: inline-size;
}
.artwork img {
  display: block;
  width: 100%;
  height: 100%;
  object-fit: cover;
}
.artwork .initial,
.artwork img::after {
  position: absolute;
  inset: 0;
  display: grid;
  place-items: center;
  background: var(--tint);
  color: #fff;
  font-size: 3rem;
  font-size: 46cqi;
  font-weight: 700;
  line-height: 1;
}
.artwork img::after {
  content: attr(data-initial);
}
.tint-0 {
  --tint: linear-gradient(150deg, #b5482c, #8a2a13);
}
.tint-1 {
  --tint: linear-gradient(150deg, #2f6f73, #174a52);
}
.tint-2 {
  --tint: linear-gradient(150deg, #6a4c93, #452c6b);
}
.tint-3 {
  --tint: linear-gradient(150deg, #8a6414, #5f420a);
}
.tint-4 {
  --tint: linear-gradient(150deg, #3a6698, #1f416b);
}
.tint-5 {
  --tint: linear-gradient(150deg, #557a37, #34521d);
}

/* Buttons and badges */
.button,
button {
  display: inline-flex;
  align-items: center;
  min-height: 2.75rem;
  padding: 0.45rem 1.1rem;
  border: 1px solid var(--line);
  border-radius: 1.375rem;
  background: var(--raised);
  color: var(--text);
  font: inherit;
  font-weight: 600;
  line-height: 1.3;
  text-decoration: none;
}
.button:hover {
  border-color: var(--accent);
  color: var(--accent);
}
button {
  border-color: var(--accent);
  background: var(--accent);
  color: var(--on-accent);
  cursor: pointer;
}
button:hover {
  filter: brightness(1.1);
}
.actions,
.badges,
.paging {
  display: flex;
  flex-wrap: wrap;
  gap: 0.6rem;
  list-style: none;
}
.actions {
  margin-top: 1.25rem;
}
.paging {
  margin-top: 2rem;
}
.badges {
  gap: 0.4rem;
  margin-top: 0.9rem;
}
.badges li {
  padding: 0.15rem 0.65rem;
  border: 1px solid var(--line);
  border-radius: 1rem;
  color: var(--muted);
  font-size: 0.8125rem;
}

/* The list of podcasts */
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
.add input {
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
.episodes h3 a {
  color: var(--text);
  text-decoration: none;
}
.episodes h3 a:hover {
  color: var(--accent);
  text-decoration: underline;
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

/* An episode */
.heading .of {
  margin-bottom: 0.3rem;
  font-weight: 600;
}
.heading .of a {
  text-decoration: none;
}
.heading .of a:hover {
  text-decoration: underline;
}
.heading .meta {
  margin-top: 0.5rem;
}
.player {
  display: block;
  width: 100%;
  margin-top: 1.5rem;
  border-radius: 12px;
}
video.player {
  aspect-ratio: 16 / 9;
  max-height: 75vh;
  background: #000;
}
.columns > *,
.aside > * {
  min-width: 0;
}
@media (min-width: 60rem) {
  .columns {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 20rem;
    gap: 3.5rem;
  }
  .columns:not(:has(.aside > section)) {
    display: block;
  }
}
.aside ul,
.aside ol {
  list-style: none;
}
.aside ul:not(.people) li + li {
  margin-top: 0.4rem;
}
.chapters li {
  display: grid;
  grid-template-columns: 4.5rem minmax(0, 1fr);
  padding-block: 0.45rem;
  border-bottom: 1px solid var(--line);
}
.chapters .position {
  font-variant-numeric: tabular-nums;
}
.chapters + p {
  margin-top: 0.9rem;
}
.people {
  display: flex;
  flex-wrap: wrap;
  gap: 1rem 2rem;
  list-style: none;
}
.people li {
  display: flex;
  align-items: center;
  gap: 0.75rem;
}
.people img {
  position: relative;
  flex: none;
  overflow: hidden;
  width: 2.5rem;
  height: 2.5rem;
  border-radius: 50%;
  object-fit: cover;
}
.people img::after {
  position: absolute;
  inset: 0;
  background: var(--line);
  content: "";
}
.people .name {
  display: block;
  font-weight: 600;
  line-height: 1.25;
}
.people .muted {
  font-size: 0.875rem;
}

/* What feeds write: notes and descriptions */
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

/* A failure */
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
