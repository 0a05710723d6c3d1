import assert from "node:assert/strict";
import { test } from "node:test";
import type { Caller } from "../../shared/context.ts";
import { NOBODY } from "../../shared/context.ts";
import { html } from "../../shared/web/html.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { production } from "./pages.ts";

function headTitleOf(titles: string[]): string | undefined {
  const { body } = pageReply(production, { titles, main: html`<h1>x</h1>` });
  return /<title>(.*)<\/title>/.exec(body.toString())?.[1];
}

test("pageReply() titles a page with as many titles as there is room for", () => {
  assert.equal(headTitleOf(["Episode", "Podcast"]), "Episode · Podcast · podcore");
  assert.equal(headTitleOf(["E".repeat(50), "Podcast"]), `${"E".repeat(50)} · Podcast · podcore`);
  assert.equal(headTitleOf(["E".repeat(55), "Podcast"]), `${"E".repeat(55)} · Podcast`);
  assert.equal(headTitleOf(["E".repeat(70), "Podcast"]), "E".repeat(70));
});

test("pageReply() offers a log-in to who is anonymous or ephemeral, and a log-out to who is signed in", () => {
  const linksFor = (account: Caller["account"]) => {
    const site = { config: production.config, caller: { ...NOBODY, account } };
    const nav =
      pageReply(site, { titles: ["x"], main: html`<h1>x</h1>` })
        .body.toString()
        .split("<main")[0] ?? "";
    return [...nav.matchAll(/(?:href|action)="(\/(?:account|login|logout|signup))"/g)].map(([, path]) => path);
  };

  assert.deepEqual(linksFor(undefined), ["/login", "/signup"]);
  assert.deepEqual(linksFor({ id: 1, email: null }), ["/account", "/login", "/signup"]);
  assert.deepEqual(linksFor({ id: 1, email: "ada@example.com" }), ["/account", "/logout"]);
});

test("pageReply() cuts a title that is too long, its escapes counted", () => {
  assert.equal(headTitleOf(["E".repeat(71), "Podcast"]), `${"E".repeat(69)}…`);
  assert.equal(headTitleOf(["&".repeat(71), "Podcast"]), `${"&amp;".repeat(13)}…`);
});

test("pageReply() answers with a string, for whose bytes a server can count", () => {
  const { body } = pageReply(production, { titles: ["x"], main: html`<h1>x</h1>` });

  assert.equal(typeof body, "string");
});

test("pageReply() leaves no blanks at the ends of lines, however many there are elsewhere", () => {
  const blanks = " ".repeat(200_000);

  const { body } = pageReply(production, { titles: ["x"], main: html`<p>a${blanks}b${blanks}\nc</p>` });

  assert.ok(body.toString().includes(`<p>a${blanks}b\nc</p>`));
});
