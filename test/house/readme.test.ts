import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import test from "node:test";
import { readConfig, SETTINGS } from "../../shared/config.ts";

const README = await readFile(join(resolve(import.meta.dirname, "../.."), "README.md"), "utf8");

test("the README's table of settings is the one in the code", () => {
  const rows = Object.entries(SETTINGS).map(([name, [value, about]]) => [
    `\`${name}\``,
    value && `\`${value}\``,
    about,
  ]);

  const table = README.split("\n")
    .filter((line) => /^\| `[A-Z_]+` +\|/.test(line))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

  assert.deepEqual(
    table,
    rows,
    "README.md has a row for each of SETTINGS in shared/config.ts, in the same order and words: `name`, `default`, about. Change the row, and run `npm run format`",
  );
});

test("readConfig() takes every setting's default", () => {
  assert.equal(readConfig({}).port, 8080);
});

for (const [name, value, message] of [
  ["PORT", "http", 'Cannot use PORT="http": not a whole number from 0 to 65535'],
  ["DATABASE_CONNECTIONS", "0", 'Cannot use DATABASE_CONNECTIONS="0": not a whole number from 1 to 100'],
  ["DATABASE_URL", "mysql://root:hunter2@localhost", "Cannot use DATABASE_URL: it does not begin with postgres://"],
  [
    "DATABASE_URL",
    "postgres://podcore:50%more@db/podcore",
    "Cannot use DATABASE_URL: not a URL; percent-encode %, @, :, /, ? and # in its password",
  ],
  [
    "DATABASE_MIGRATE_URL",
    "postgres://podcore:12#34@db/podcore",
    "Cannot use DATABASE_MIGRATE_URL: not a URL; percent-encode %, @, :, /, ? and # in its password",
  ],
  [
    "PODCORE_FETCH_ALLOW",
    "10.0.0.0/8, home",
    'Cannot use PODCORE_FETCH_ALLOW: "home" is not a network such as 10.0.0.0/8',
  ],
  ["PODCORE_INTERNAL", "yes", 'Cannot use PODCORE_INTERNAL="yes": not one of 0, 1'],
  ["PODCORE_LOG", "xml", 'Cannot use PODCORE_LOG="xml": not one of tree, flat, json'],
  [
    "PODCORE_PUBLIC_URL",
    "podcore.example.com",
    'Cannot use PODCORE_PUBLIC_URL="podcore.example.com": not an http(s) URL',
  ],
] as const) {
  test(`readConfig() names ${name}, when it cannot be used`, () => {
    assert.throws(() => readConfig({ [name]: value }), { message });
  });
}
