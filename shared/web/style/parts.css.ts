export const PARTS_CSS = `/* Artwork: a picture, or the title's initial. Browsers render ::after of a picture only if it did not load. */
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
`;
