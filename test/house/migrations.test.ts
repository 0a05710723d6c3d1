import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import test from "node:test";
import { findLongLocks } from "./migration-rules.ts";

const DRIZZLE = resolve(import.meta.dirname, "../../drizzle");
// Older ones were applied where tables were small; test/chaos/migrations.ts measures them.
const FIRST = "0005";

const files = (await readdir(DRIZZLE)).filter((file) => file.endsWith(".sql") && file >= FIRST);
for (const file of files) {
  test(`drizzle/${file} locks no table for long, and can go on where it was broken off`, async () => {
    assert.deepEqual(
      findLongLocks(await readFile(join(DRIZZLE, file), "utf8")),
      [],
      `drizzle/${file} breaks rules of test/house/migration-rules.ts. Rewrite the statement as its reason says; where its lock is short all the same, put "-- podcore: short lock: WHY" before it`,
    );
  });
}

const RESUMABLE = "-- podcore: no transaction\n";
for (const [name, text] of [
  [
    "a new table with its indexes",
    'create table "a" (id int);--> statement-breakpoint\ncreate index "i" on "a" using btree (id);',
  ],
  [
    "a foreign key of a new table",
    "create table a (id int);--> statement-breakpoint\nalter table a add constraint c foreign key (id) references b (id);",
  ],
  ["a column with a constant default", "alter table episode add column a text default 'x' not null"],
  ["a column with the current time", "alter table episode add column a timestamptz default podcore_now() not null"],
  ["a column with an empty list", `alter table episode add column a jsonb default '[]'::jsonb not null`],
  ["an index built concurrently", `${RESUMABLE}create index concurrently if not exists i on episode (title)`],
  ["a constraint that is not valid yet", "alter table episode add constraint c check (a > 0) not valid"],
  ["a constraint that is validated later", `${RESUMABLE}alter table episode validate constraint c`],
  [
    "NOT NULL after a validated check",
    `${RESUMABLE}alter table episode validate constraint c;--> statement-breakpoint\nalter table episode alter column a set not null`,
  ],
  [
    "rows that are changed in batches",
    `${RESUMABLE}--> statement-breakpoint\n-- podcore: in batches\nupdate episode set a = 1 where id > $1`,
  ],
  ["what says why its lock is short", "-- podcore: short lock: a table of one row\nupdate directory set name = 'A'"],
] as const) {
  test(`findLongLocks() accepts ${name}`, () => {
    assert.deepEqual(findLongLocks(text), []);
  });
}

for (const [name, text, reason] of [
  ["an index", 'CREATE INDEX "i" ON "episode" USING btree ("title");', /builds an index in one go/],
  ["a unique index", "create unique index i on public.episode (title)", /builds an index in one go/],
  [
    "an index built concurrently in a transaction",
    "create index concurrently if not exists i on episode (title)",
    /no transaction/,
  ],
  ["a validation in a transaction", "alter table episode validate constraint c", /no transaction/],
  [
    "a column with a volatile default",
    "alter table episode add column a uuid default gen_random_uuid()",
    /every row is written anew/,
  ],
  [
    "a generated column",
    "alter table episode add column a int generated always as (1) stored",
    /every row is written anew/,
  ],
  ["a serial column", "alter table episode add column a bigserial", /every row is written anew/],
  [
    "a column NOT NULL without a default",
    "alter table episode add column a int not null",
    /fails where there are rows/,
  ],
  ["another type", "alter table episode alter column a set data type bigint", /changes a column's type/],
  ["NOT NULL", "alter table episode alter column a set not null", /is not null/],
  ["a check", "alter table episode add constraint c check (a > 0)", /not valid/],
  ["a foreign key", "alter table episode add constraint c foreign key (a) references b (id)", /not valid/],
  ["a unique constraint", "alter table episode add constraint c unique (a)", /using index/],
  ["an update", "update episode set a = 1", /in batches/],
  ["a deletion", "delete from episode", /in batches/],
  ["a table's lock", "lock table episode", /locks a whole table/],
  ["an index that is dropped", "drop index i", /locks a whole table/],
  ["what cannot be repeated", `${RESUMABLE}create index concurrently i on episode (title)`, /cannot be repeated/],
  ["a column that cannot be added again", `${RESUMABLE}alter table episode add column a int`, /cannot be repeated/],
  [
    "a constraint that cannot be added again",
    `${RESUMABLE}alter table episode add constraint c check (a > 0) not valid`,
    /drop constraint if exists/,
  ],
] as const) {
  test(`findLongLocks() refuses ${name}`, () => {
    assert.match(findLongLocks(text).join("\n"), reason);
  });
}
