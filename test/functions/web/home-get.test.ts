import assert from "node:assert/strict";
import { test } from "node:test";
import homeGet from "../../../functions/web/home-get.ts";
import { createContext } from "../../support/context.ts";
import { createDatabase } from "../../support/postgres.ts";
import { insertPodcast } from "../../support/rows.ts";
import { callPage, linksIn } from "./call.ts";

const databaseUrl = await createDatabase();
const ctx = createContext({ databaseUrl });
const development = createContext({ databaseUrl, environment: { PODCORE_ENV: "development" } });

test("home-get says how to add a podcast to an empty database, with a form in development only", async () => {
  const page = await callPage(homeGet, { ctx, path: "/" });
  const pageInDevelopment = await callPage(homeGet, { ctx: development, path: "/?after=" });

  assert.match(page.body.toString(), /node dist\/admin-podcast-add\.cjs --once/);
  assert.doesNotMatch(page.body.toString(), /action="\/podcasts"/);
  assert.match(pageInDevelopment.body.toString(), /node dist\/admin-podcast-add\.cjs --once/);
  assert.match(pageInDevelopment.body.toString(), /<form [^>]*action="\/podcasts" method="post">/);
});

test("home-get lists podcasts by title, 60 a page, and leaves out private and blocked ones", async () => {
  for (let number = 61; number >= 1; number -= 1) await insertPodcast(ctx.db, { title: `Show ${number + 100}` });
  await insertPodcast(ctx.db, { title: "A secret", isPrivate: true });
  await insertPodcast(ctx.db, { title: "A hermit", isBlocked: true });

  const first = await callPage(homeGet, { ctx, path: "/" });
  const [next = "none"] = linksIn(first, "/?after=");
  const second = await callPage(homeGet, { ctx, path: next });

  const shows = linksIn(first, "/podcasts/");
  assert.equal(shows.length, 60);
  assert.match(shows[0] ?? "", /-show-101$/);
  assert.match(shows[59] ?? "", /-show-160$/);
  assert.deepEqual(
    linksIn(second, "/podcasts/").map((href) => href.replace(/^\/podcasts\/\d+/, "")),
    ["-show-161"],
  );
  assert.deepEqual(linksIn(second, "/?after="), []);
  assert.doesNotMatch(first.body.toString(), /A secret|A hermit|admin-podcast-add|action="\/podcasts"/);
  assert.match((await callPage(homeGet, { ctx: development, path: "/" })).body.toString(), /action="\/podcasts"/);
});

test("home-get refuses a cursor that is not its own", async () => {
  await assert.rejects(callPage(homeGet, { ctx, path: "/?after=nonsense" }), { status: 400 });
});
