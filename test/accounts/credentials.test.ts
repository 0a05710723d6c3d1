import assert from "node:assert/strict";
import test from "node:test";
import { validateEmail, validatePassword } from "../../shared/accounts/credentials.ts";

test("validateEmail() tells what is wrong with an address, and nothing where nothing is", () => {
  const faults = ["", "ada", "ada@example.com"].map(validateEmail);

  assert.deepEqual(faults, ["Please specify an email address.", "Please specify a valid email address.", undefined]);
});

for (const { password, confirmation, expected } of [
  { password: "", confirmation: "", expected: "Please specify a password." },
  { password: "1234567", confirmation: "1234567", expected: "Password must be at least 8 characters long." },
  // Each takes two code units.
  { password: "🔑🔑🔑🔑🔑🔑🔑", confirmation: "", expected: "Password must be at least 8 characters long." },
  { password: "q7-xv-9z", confirmation: "", expected: "Please type your password again in the confirmation box." },
  { password: "q7-xv-9z", confirmation: "q7-xv-9y", expected: "Password and password confirmation didn't match." },
  { password: "q7-xv-9z", confirmation: "q7-xv-9z", expected: undefined },
]) {
  test(`validatePassword() says "${expected}" of "${password}" and "${confirmation}"`, () => {
    assert.equal(validatePassword({ password, confirmation }), expected);
  });
}
