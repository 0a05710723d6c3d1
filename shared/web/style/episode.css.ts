export const EPISODE_CSS = `/* An episode */
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
.position {
  font-variant-numeric: tabular-nums;
}
.transcript p {
  max-width: 44rem;
  margin-top: 0.9rem;
}
.transcript .position {
  margin-inline-end: 0.5rem;
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
`;
