export const OPERATOR_CSS = `/* The operator's pages */
.find {
  display: flex;
  flex-wrap: wrap;
  gap: 0.6rem;
  margin-top: 1.25rem;
}
.find label {
  flex: 0 0 100%;
  font-weight: 600;
}
.find input:not([type="hidden"]) {
  flex: 1 1 16rem;
  min-width: 0;
  max-width: 36rem;
  min-height: 2.75rem;
  padding: 0.45rem 0.9rem;
  border: 1px solid var(--muted);
  border-radius: 10px;
  background: var(--raised);
  color: var(--text);
  font: inherit;
}
.lists ul {
  display: flex;
  flex-wrap: wrap;
  gap: 0.5rem;
  margin-top: 1.25rem;
  list-style: none;
}
.lists a {
  display: flex;
  gap: 0.5rem;
  padding: 0.3rem 0.8rem;
  border: 1px solid var(--line);
  border-radius: 1.2rem;
  background: var(--raised);
  color: var(--text);
  font-size: 0.9375rem;
  text-decoration: none;
}
.lists a:hover,
.lists a[aria-current] {
  border-color: var(--accent);
}
.lists a[aria-current] {
  font-weight: 650;
}
.lists .count {
  color: var(--muted);
}
.reports {
  margin-top: 1rem;
  border-top: 1px solid var(--line);
  list-style: none;
}
.reports li {
  padding-block: 0.9rem;
  border-bottom: 1px solid var(--line);
}
.reports p {
  margin-top: 0.2rem;
  font-size: 0.9375rem;
}
.reports .acted {
  display: flex;
  flex-wrap: wrap;
  gap: 0.75rem;
  align-items: center;
  justify-content: space-between;
}
.reports .acted > :first-child {
  flex: 1 1 16rem;
  min-width: 0;
}
.facts {
  margin: 0 0 1rem;
}
.facts div {
  padding-block: 0.5rem;
  border-top: 1px solid var(--line);
}
.facts dt {
  color: var(--muted);
  font-size: 0.875rem;
}
.facts dd {
  margin: 0;
}
@media (min-width: 40rem) {
  .facts div {
    display: grid;
    grid-template-columns: 11rem minmax(0, 1fr);
    gap: 1rem;
  }
}
`;
