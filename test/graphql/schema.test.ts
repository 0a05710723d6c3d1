import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  buildSchema,
  findBreakingChanges,
  GraphQLSchema,
  isEnumType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  printSchema,
  validateSchema,
} from "graphql";
import { apiSchema } from "../../shared/graphql/schema.ts";

const printed = readFileSync(new URL("../../shared/graphql/schema.graphql", import.meta.url), "utf8");
const released = readFileSync(new URL("released.graphql", import.meta.url), "utf8");

test("apiSchema() is valid", () => {
  const unchecked = new GraphQLSchema({ ...apiSchema().toConfig(), assumeValid: false });

  assert.deepEqual(validateSchema(unchecked), []);
});

test("apiSchema() is what schema.graphql says", () => {
  // Read back and printed again, since the formatter lays the file out in its own way.
  const committed = printSchema(buildSchema(printed));

  assert.equal(
    committed,
    printSchema(apiSchema()),
    "The schema has changed: `npm run schema` writes schema.graphql anew",
  );
});

test("apiSchema() breaks no app that was written for released.graphql", () => {
  const changes = findBreakingChanges(buildSchema(released), apiSchema());

  assert.deepEqual(
    changes.map((change) => change.description),
    [],
    "Apps in use would break. Deprecate what is to go (`deprecationReason`) instead of removing it. test/graphql/released.graphql " +
      "is changed by hand only: a field is added when it is released, and taken away when no app can be using it any more",
  );
});

test("apiSchema() describes every type, field, argument and value", () => {
  const described: [name: string, description: string | null | undefined][] = [];
  for (const type of Object.values(apiSchema().getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    described.push([type.name, type.description]);
    if (isEnumType(type))
      for (const it of type.getValues()) described.push([`${type.name}.${it.name}`, it.description]);
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      described.push([`${type.name}.${field.name}`, field.description]);
      for (const arg of field.args) described.push([`${type.name}.${field.name}(${arg.name})`, arg.description]);
    }
  }

  assert.ok(described.length > 100);
  assert.deepEqual(
    described.filter(([, description]) => !description).map(([name]) => name),
    [],
  );
});

test("apiSchema() exposes nothing that only the crawler needs", () => {
  assert.doesNotMatch(printed, /sha256|etag|lastModified|lease|dueAt|isPrivate|numFailures|lastError/i);
});
