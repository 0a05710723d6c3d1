import assert from "node:assert/strict";
import { test } from "node:test";
import { renderError } from "../../../shared/web/pages/error-page.ts";
import { production } from "../pages.ts";

const view = { status: 404, title: "Not found", message: 'Not found: "<b>"', requestId: "abc" };

test("renderError() shows the status, the message and the request, and is not kept", () => {
  const { status, headers, body } = renderError(view, production);

  assert.equal(status, 404);
  assert.equal(headers["cache-control"], "no-store");
  assert.match(body.toString(), /<h1>Not found<\/h1>/);
  assert.match(body.toString(), /Not found: &quot;&lt;b&gt;&quot;/);
  assert.match(body.toString(), /Request ID: <code>abc<\/code>/);
});

test("renderError() does not say its title twice", () => {
  const { body } = renderError({ ...view, title: "Oh", message: "Oh" }, production);

  assert.equal(body.toString().match(/>Oh</g)?.length, 1);
});
