import assert from "node:assert/strict";
import test from "node:test";
import { requireLogin, requirePermanentLogin } from "../../shared/auth/require-login.ts";
import type { Caller } from "../../shared/context.ts";
import { NOBODY } from "../../shared/context.ts";

const ADA = { id: 7, email: "ada@example.com" };
const asking = (caller: Partial<Caller>) => ({ caller: { ...NOBODY, ...caller } });
const LOGIN = { kind: "login", id: 3 } as const;

test("requireLogin() tells the account and the login of a browser that is logged in", () => {
  assert.deepEqual(requireLogin(asking({ account: ADA, credential: LOGIN })), { ...ADA, loginId: 3 });
  assert.deepEqual(requirePermanentLogin(asking({ account: ADA, credential: LOGIN })), { ...ADA, loginId: 3 });
});

for (const [who, caller] of Object.entries<Partial<Caller>>({
  nobody: {},
  "an app's key": { account: ADA, credential: { kind: "api-key", id: 3 } },
  "an account that nothing shows": { account: ADA },
})) {
  test(`requireLogin() refuses ${who} with 401`, () => {
    assert.throws(() => requireLogin(asking(caller)), { status: 401 });
    assert.throws(() => requirePermanentLogin(asking(caller)), { status: 401 });
  });
}

test("requirePermanentLogin() refuses an account without an address with 403", () => {
  const ctx = asking({ account: { id: 7, email: null }, credential: LOGIN });

  assert.throws(() => requirePermanentLogin(ctx), { status: 403 });
});
