export const ACCOUNT_CSS = `/* Form fields and messages */
.site-search input,
.field input {
  min-height: 2.75rem;
  padding: 0.45rem 0.9rem;
  border: 1px solid var(--muted);
  border-radius: 10px;
  background: var(--raised);
  color: var(--text);
  font: inherit;
}
.site-search input,
.site-search .button {
  min-height: 2.4rem;
  border-radius: 1.2rem;
}
.narrow {
  max-width: 30rem;
}
.narrow pre {
  overflow-x: auto;
  margin-top: 1rem;
  padding: 0.9rem 1rem;
  border: 1px solid var(--line);
  border-radius: 10px;
  background: var(--raised);
  white-space: pre-wrap;
}
.narrow > p {
  margin-top: 1rem;
}
.entry {
  display: grid;
  gap: 1rem;
  max-width: 24rem;
  margin-top: 1.25rem;
}
.field {
  display: grid;
  gap: 0.35rem;
}
.field label {
  font-weight: 600;
}
.field .muted {
  font-size: 0.875rem;
}
.choice {
  display: flex;
  flex: 0 0 100%;
  gap: 0.5rem;
  align-items: center;
}
.add .choice label {
  flex: 0 1 auto;
  font-weight: 400;
}
.add .choice input {
  flex: none;
  width: 1.15rem;
  min-height: 1.15rem;
  margin: 0;
}
.notice {
  margin-top: 1rem;
  padding: 0.8rem 1rem;
  border: 1px solid var(--line);
  border-inline-start: 4px solid var(--accent);
  border-radius: 10px;
  background: var(--raised);
}
.error-text {
  color: var(--accent);
  font-weight: 600;
}
.error-text:empty {
  display: none;
}

/* Secondary buttons */
button.button,
button.quiet,
button.danger,
.toggle button {
  border-color: var(--line);
  background: var(--raised);
  color: var(--text);
}
button.button:hover,
.toggle button:hover {
  border-color: var(--accent);
  color: var(--accent);
  filter: none;
}
button.danger {
  border-color: var(--accent);
  color: var(--accent);
}
button.quiet {
  min-height: 0;
  padding: 0;
  border: 0;
  background: none;
}
button.quiet:hover {
  color: var(--accent);
  filter: none;
}
.toggle button:not(.on)[name="subscribed"] {
  border-color: var(--accent);
  background: var(--accent);
  color: var(--on-accent);
}
.toggle button.on {
  border-color: var(--accent);
}
.toggle[aria-busy="true"] button {
  opacity: 0.6;
}
.toggles {
  display: flex;
  flex-wrap: wrap;
  gap: 0.6rem;
  margin-top: 1rem;
}
.toggle {
  display: flex;
  flex-wrap: wrap;
  gap: 0.4rem 0.8rem;
  align-items: center;
}

/* Lists of the account page */
.card .count {
  display: inline-block;
  margin-top: 0.3rem;
  padding: 0.05rem 0.55rem;
  border-radius: 1rem;
  background: var(--accent);
  color: var(--on-accent);
  font-size: 0.8125rem;
  font-weight: 600;
}
.rows {
  list-style: none;
  border-top: 1px solid var(--line);
}
.rows li {
  display: grid;
  grid-template-columns: 3.5rem minmax(0, 1fr);
  gap: 0.9rem;
  align-items: center;
  padding-block: 0.7rem;
  border-bottom: 1px solid var(--line);
}
.rows .artwork {
  border-radius: 8px;
}
.state {
  display: flex;
  flex-wrap: wrap;
  gap: 0.15rem 1rem;
  margin-top: 0.3rem;
  color: var(--accent);
  font-size: 0.875rem;
  font-weight: 600;
}
.credentials {
  width: 100%;
  border-collapse: collapse;
}
.credentials th {
  padding-block: 0.4rem;
  color: var(--muted);
  font-size: 0.875rem;
  font-weight: 600;
  text-align: start;
}
.credentials td {
  padding-block: 0.5rem;
  padding-inline-end: 0.75rem;
  border-top: 1px solid var(--line);
  vertical-align: middle;
}
.credentials td:last-child {
  padding-inline-end: 0;
  text-align: end;
  white-space: nowrap;
}
.unseen {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
}
@media (max-width: 40rem) {
  .credentials thead {
    display: none;
  }
  .credentials tr {
    display: grid;
    grid-template-columns: 1fr auto;
    padding-block: 0.6rem;
    border-top: 1px solid var(--line);
  }
  .credentials .since {
    display: none;
  }
  .credentials td {
    grid-column: 1;
    padding-block: 0.1rem;
    border: 0;
  }
  .credentials td:last-child {
    grid-column: 2;
    grid-row: 1 / span 3;
    align-self: center;
  }
}
pre.secret {
  font-size: 1.05rem;
}
`;
