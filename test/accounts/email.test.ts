import assert from "node:assert/strict";
import test from "node:test";
import { isEmail } from "../../shared/accounts/credentials.ts";

const OF_254 = `${"a".repeat(254 - "@example.com".length)}@example.com`;

for (const { text, expected } of [
  { text: "ada@example.com", expected: true },
  { text: "ada@localhost", expected: true },
  { text: OF_254, expected: true },
  { text: `a${OF_254}`, expected: false },
  { text: "ada", expected: false },
  { text: "ada@-example.com", expected: false },
]) {
  test(`isEmail() takes ${text.length} characters, "${text.slice(0, 20)}", for ${expected ? "an" : "no"} address`, () => {
    assert.equal(isEmail(text), expected);
  });
}
