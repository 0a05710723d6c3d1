import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import test from "node:test";
import { explainVisit } from "../../../shared/crawl/schedule/explain-visit.ts";

const AT = new Date("2026-11-28T03:00:00Z");
const usual = { at: AT, isDue: false, isTakenDown: false, isMerged: false, hasFeedUrl: true, pausedUntil: undefined };

test("explainVisit() has a sentence for each reason that the documents explain", async () => {
  const text = await readFile(join(resolve(import.meta.dirname, "../../.."), "docs/crawling.md"), "utf8");
  const rows = text
    .split("\n")
    .filter((line) => /^\| `[a-z-]+`.* \|/.test(line) && !line.includes("`max-age`, `Expires`"));
  const reasons = rows.flatMap((row) =>
    [...(row.split("|")[1] ?? "").matchAll(/`([a-z-]+)`/g)].map(([, name]) => name),
  );
  const known = reasons.filter((reason) => explainVisit({ ...usual, reason }) !== "Why then was not recorded.");

  assert.equal(new Set(known).size, 14);
  for (const reason of known) assert.match(explainVisit({ ...usual, reason }), /^[A-Z].*\.$/);
});

test("explainVisit() says that a reason is unknown, whatever its name is", () => {
  for (const reason of [undefined, "of-a-later-version", "constructor", "toString"])
    assert.equal(explainVisit({ ...usual, reason }), "Why then was not recorded.");
});

test("explainVisit() tells a pause of the host only if that ends after the visit", () => {
  const reason = "spread";

  const later = explainVisit({ ...usual, reason, pausedUntil: new Date(AT.getTime() + 1) });
  const earlier = explainVisit({ ...usual, reason, pausedUntil: new Date(AT.getTime() - 1) });
  const due = explainVisit({ ...usual, reason, isDue: true });

  assert.match(later, /asked podcore to wait/);
  assert.match(earlier, /between the times/);
  assert.match(due, /It is due/);
});
