import * as accountAdder from "../../shared/accounts/account-adder.ts";
import { adminFunction } from "../../shared/http/function.ts";
import { readFields, readText } from "../../shared/json.ts";

/**
 * Creates an account with `email` and `password`. Without a password, returns a link with which its recipient chooses
 * one.
 */
export default adminFunction({
  readParams(data) {
    const fields = readFields(data);
    return {
      email: readText(fields, "email").trim(),
      password: fields.password === undefined ? undefined : readText(fields, "password"),
    };
  },
  run: accountAdder.run,
});
