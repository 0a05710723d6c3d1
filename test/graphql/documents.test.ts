import assert from "node:assert/strict";
import { test } from "node:test";
import { readDocument } from "../../shared/graphql/documents.ts";

const numbered = (i: number, padding = "") => `query Q${i} { apiVersion }${padding}`;

test("readDocument() parses a query once", () => {
  const first = readDocument(numbered(0));
  const second = readDocument(numbered(0));

  assert.ok(first.document);
  assert.equal(second.document, first.document);
});

test("readDocument() drops the document that is longest unused when there are too many", () => {
  const old = readDocument(numbered(1)).document;
  const used = readDocument(numbered(2)).document;

  for (let i = 100; i < 299; i += 1) {
    readDocument(numbered(i));
    readDocument(numbered(2));
  }

  assert.equal(readDocument(numbered(2)).document, used);
  assert.notEqual(readDocument(numbered(1)).document, old);
});

test("readDocument() drops documents when they are too long together", () => {
  const old = readDocument(numbered(3)).document;

  for (let i = 300; i < 305; i += 1) readDocument(numbered(i, ` # ${"x".repeat(50_000)}`));

  assert.notEqual(readDocument(numbered(3)).document, old);
});

test("readDocument() keeps no query that is wrong", () => {
  const first = readDocument("{ nope }");
  const second = readDocument("{ nope }");

  assert.match(first.errors[0]?.message ?? "", /Cannot query field "nope"/);
  assert.notEqual(second.document, first.document);
});

test("readDocument() reports only the first few of many errors", () => {
  const { errors } = readDocument(`{ ${Array.from({ length: 500 }, (_, i) => `nope${i}`).join(" ")} }`);

  assert.equal(errors.length, 6);
  assert.match(errors[5]?.message ?? "", /Too many validation errors/);
});
