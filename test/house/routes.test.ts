import assert from "node:assert/strict";
import test from "node:test";
import { ROUTES } from "../../functions/routes.ts";
import { allPages } from "../web/pages.ts";

/** Functions behind a GET of the site that have no page of their own there, and what they answer with instead. */
const WITHOUT_PAGE: Record<string, string> = {
  "web-directory-podcast-get": "a redirect to the podcast that it adds",
  "web-account-export-get": "an export",
  "web-asset-get": "an asset",
  "api-hub-pubnotify": "JSON",
  "api-push-callback": "a hub's challenge",
  "api-graphql": "GraphiQL, which test/graphql/graphiql.test.ts opens in a browser",
};

test("every page of the site is one that the page tests know", () => {
  const functions = new Set(
    ROUTES.filter(({ method, audiences }) => method === "GET" && audiences.includes("web")).map((row) => row.function),
  );
  const known = [...allPages().keys()].map((name) => name.split(",")[0]);

  const unknown = [...functions].filter((name) => !(name in WITHOUT_PAGE) && !known.includes(pageOf(name)));

  assert.deepEqual(
    unknown,
    [],
    "functions/routes.ts names pages that no page test sees. Add each in every state that it has to test/web/pages.ts (or account-pages.ts), under the function's name without web- and -get; or to WITHOUT_PAGE in test/house/routes.test.ts, if it is no page",
  );
  assert.deepEqual(
    Object.keys(WITHOUT_PAGE).filter((name) => !functions.has(name)),
    [],
    "WITHOUT_PAGE in test/house/routes.test.ts names functions that functions/routes.ts does not: remove them",
  );
});

/** `web-login-link` has the pages "login link", "login link, sent", ... */
function pageOf(name: string): string {
  return name.replace(/^web-|-get$/g, "").replaceAll("-", " ");
}
