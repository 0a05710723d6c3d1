import * as accountAdder from "../../shared/accounts/account-adder.ts";
import { adminFunction } from "../../shared/http/function.ts";
import { readFields, readText } from "../../shared/json.ts";

/** Makes an account of `email` and `password`; without a password answers with a link by which its reader chooses one. */
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
