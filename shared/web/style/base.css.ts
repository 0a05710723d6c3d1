export const BASE_CSS = `/* Colors: warm greys and one accent. Each text color has a contrast of at least 4.5:1 on its backgrounds. */
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
  /* Feeds write anything in titles and notes: a single word may be wider than a phone. */
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

/* Titles of 500 characters and authors of 200 must leave room for the page. */
h1,
.of,
.author,
.excerpt,
.badges li,
.card .title,
.episodes h3,
.meta {
  display: -webkit-box;
  -webkit-box-orient: vertical;
  -webkit-line-clamp: 2;
  overflow: hidden;
}
h1 {
  -webkit-line-clamp: 8;
  /* Room for descenders of the last line. */
  padding-bottom: 0.1em;
}
.card .author {
  -webkit-line-clamp: 1;
}
.episodes h3,
.meta {
  -webkit-line-clamp: 4;
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
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 0.6rem 0.75rem;
  padding-block: 1rem;
}
.site-search {
  display: flex;
  flex: 1 1 14rem;
  order: 1;
  gap: 0.5rem;
}
.site-search input {
  flex: 1 1 6rem;
  min-width: 0;
  max-width: 22rem;
}
.site-nav {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 0.25rem 0.9rem;
  margin-inline-start: auto;
  font-size: 0.9375rem;
}
.site-nav a {
  color: var(--text);
  font-weight: 600;
  text-decoration: none;
}
.site-nav a:hover {
  color: var(--accent);
}
@media (min-width: 40rem) {
  header.site {
    column-gap: 1.25rem;
  }
  .site-search {
    order: 0;
  }
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
`;
