import assert from "node:assert/strict";
import test from "node:test";
import { validatePassword } from "../../shared/accounts/credentials.ts";
import { isCommonPassword } from "../../shared/accounts/is-common-password.ts";

test("isCommonPassword() knows the commonest passwords in any case, and no other", () => {
  const common = ["password", "12345678", "qwertyuiop", "Password1", "ILOVEYOU", "trustno1"];
  const others = ["correct horse", "battery staple", "", "passwor", "password 1 of mine"];

  assert.deepEqual(common.filter(isCommonPassword), common);
  assert.deepEqual(others.filter(isCommonPassword), []);
});

test("validatePassword() refuses a common password and says why", () => {
  assert.match(
    validatePassword({ password: "Sunshine", confirmation: "Sunshine" }) ?? "",
    /one of the most common ones/,
  );
  assert.equal(validatePassword({ password: "correct horse", confirmation: "correct horse" }), undefined);
});
