import assert from "node:assert/strict";
import { test } from "node:test";
import { HtmlValidate, StaticConfigLoader } from "html-validate";
import { allPages } from "./pages.ts";

const validator = new HtmlValidate(
  new StaticConfigLoader({
    extends: ["html-validate:recommended"],
    rules: {
      // A style sheet of our own host is as trusted as the page. Its path holds a digest of its text, and while a release
      // rolls out, another version of it is better than none, which is what an integrity attribute would leave.
      "require-sri": ["error", { target: "crossorigin" }],
    },
  }),
);

for (const [name, { body }] of allPages()) {
  test(`page "${name}" is valid`, async () => {
    const report = await validator.validateString(body.toString());

    const messages = report.results.flatMap((result) =>
      result.messages.map(({ line, message, ruleId }) => `line ${line}: ${message} (${ruleId})`),
    );
    assert.deepEqual(messages, []);
  });
}
