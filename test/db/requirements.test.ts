import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import test, { after } from "node:test";
import postgres from "postgres";
import { type Facts, findFault } from "../../shared/db/requirements.ts";
import { AS_OPERATOR, callArtifact, OPERATOR_TOKEN, startArtifact } from "../support/artifact.ts";
import { createDatabase, urlOf } from "../support/postgres.ts";

const GOOD: Facts = {
  database: "podcore",
  role: "podcore_migrate",
  version: 150_000,
  versionText: "15.0",
  encoding: "UTF8",
  missing: [],
  createsInDatabase: true,
  mayCreateInDatabase: true,
  schema: "public",
  mayCreateInSchema: true,
};

test("findFault() finds nothing, where all is there or was made already", () => {
  assert.equal(findFault(GOOD), undefined);
  assert.equal(findFault({ ...GOOD, createsInDatabase: false, mayCreateInDatabase: false }), undefined);
});

const FAULTS: [Partial<Facts>, RegExp][] = [
  [{ version: 140_011, versionText: "14.11" }, /the server is Postgres "14.11"; podcore needs 15 or newer/],
  [{ encoding: "SQL_ASCII" }, /"podcore" has the encoding "SQL_ASCII"; podcore needs UTF8; .*CREATE DATABASE/],
  [{ missing: ["pg_trgm", "unaccent"] }, /no extension "pg_trgm", "unaccent"; install Postgres's contrib package/],
  [{ mayCreateInDatabase: false }, /"podcore_migrate" may not create schemas.*ALTER DATABASE "podcore" OWNER/],
  [{ mayCreateInSchema: false }, /may not create tables in the schema "public".*ALTER DATABASE "podcore" OWNER/],
  [{ schema: null }, /search_path of the role "podcore_migrate"/],
];
for (const [facts, fault] of FAULTS) {
  test(`findFault() names ${Object.keys(facts).join(" and ")}, when that will not do`, () => {
    assert.match(findFault({ ...GOOD, ...facts }) ?? "", fault);
  });
}

const url = await createDatabase({ isEmpty: true });
const database = new URL(url).pathname.slice(1);
const suffix = randomBytes(4).toString("hex");
const [latin, role] = [`latin_${suffix}`, `role_${suffix}`];
const admin = postgres(urlOf("postgres"), { max: 1, onnotice: () => {} });
await admin.unsafe(`create database ${latin} encoding 'LATIN1' locale 'C' template template0`);
await admin.unsafe(`create role ${role} login password 'hunter2'`);
after(async () => {
  await admin.unsafe(`drop database ${latin} with (force)`);
  await admin.unsafe(`drop role ${role}`);
  await admin.end();
});
const changed = (parts: Partial<URL>) => Object.assign(new URL(url), parts).href;

for (const [name, target, message] of [
  ["an encoding other than UTF8", urlOf(latin), `Cannot migrate: the database "${latin}" has the encoding "LATIN1"`],
  ["a wrong password", changed({ password: "hunter3" }), 'as "postgres": wrong password or role; correct DATABASE_URL'],
  ["a database that is not there", changed({ pathname: "/absent" }), 'create it (CREATE DATABASE "absent"'],
  ["a host that nobody knows", changed({ hostname: "absent.invalid" }), 'unknown host "absent.invalid'],
  ["a port where nothing listens", changed({ port: "1" }), 'Cannot use Postgres at "127.0.0.1:1"'],
  ["a server without TLS", `${url}?sslmode=require`, "correct sslmode in DATABASE_URL"],
  [
    "a role without rights",
    changed({ username: role, password: "hunter2" }),
    `permission denied: the role "${role}" may not create schemas and extensions in the database "${database}"`,
  ],
] as const) {
  test(`admin-migrate --once says so in its last line, and no password, with ${name}`, async () => {
    const { code, stdout, stderr } = await callArtifact({
      name: "admin-migrate",
      environment: { DATABASE_URL: target },
    });

    const reply = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
    assert.equal(code, 1);
    assert.ok(reply.errors[0].message.includes(message), stdout);
    const passwords = [/hunter/, new RegExp(new URL(url).password)];
    for (const password of passwords) assert.doesNotMatch(stdout + stderr, password);
  });
}

test("admin-migrate says the same over HTTP, and names DATABASE_MIGRATE_URL where that is set", async () => {
  const environment = { DATABASE_URL: url, DATABASE_MIGRATE_URL: urlOf(latin), PODCORE_OPERATOR_TOKEN: OPERATOR_TOKEN };
  const artifact = await startArtifact({ name: "admin-migrate", environment });

  const reply = await fetch(artifact.url, { method: "POST", headers: AS_OPERATOR });
  const body = await reply.text();
  await artifact.stop();

  assert.equal(reply.status, 500);
  assert.match(body, /has the encoding \\"LATIN1\\"; podcore needs UTF8/);
});
