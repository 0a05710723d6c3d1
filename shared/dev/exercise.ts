import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { ROUTES, type Route } from "../../functions/routes.ts";
import { sampleFeed } from "./sample-feed.ts";

/** What there is to ask for: a podcast with more than one page of episodes. */
export type World = {
  podcastId: number;
  episodeId: number;
  /** A feed's URL that was never asked for before. */
  newFeedUrl(): string;
  addPodcast(): Promise<number>;
  makeDue(): Promise<void>;
};
type Exercise = { headers?: Record<string, string>; body: string };
export type FeedOrigin = { newFeedUrl(): string; close(): void };

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const JSON_BODY = { "content-type": "application/json" };

const LISTS = `query Lists($first: Int!) {
  podcasts(first: $first) { nodes { id title description episodes(first: 3) { nodes { id title publishedAt } } } pageInfo { hasNextPage endCursor } }
}`;
const ONE = `query One($podcast: String!, $episode: String!) {
  podcastById(id: $podcast) { id title author language imageUrl categories { name } }
  episodeById(id: $episode) { id title description }
  episodes(podcastId: $podcast, first: 50) { nodes { id title } pageInfo { hasNextPage endCursor } }
}`;

/**
 * Asks an artifact for everything that its routes serve, once, and follows links to next pages.
 *
 * @returns how many requests were answered with a status below 400, and how many with another below 500
 * @throws Error where one fails that was not meant to
 */
export async function exercise(name: string, { url, world }: { url: string; world: World }): Promise<{ numDone: number; numRefused: number }> {
  const counts = { numDone: 0, numRefused: 0 };

  async function ask(path: string, init: RequestInit = {}): Promise<Response> {
    const reply = await fetch(url + path, { redirect: "manual", ...init });
    const text = await reply.clone().text();
    const hasFailed = reply.status >= 500 || (path.endsWith("/graphql") && /^\{"errors"/.test(text));
    if (hasFailed && path !== "/admin/error") throw new Error(`Cannot exercise "${name}" at "${path}": ${text.slice(0, 500)}`);
    if (reply.status < 400) counts.numDone += 1;
    else counts.numRefused += 1;
    return reply;
  }

  await ask("/health");
  for (const route of ROUTES.filter((row) => row.function === name || row.audiences.some((audience) => audience === name))) {
    if (route.method === "GET") {
      for (const path of await getPaths(route, world)) {
        const reply = await ask(path);
        const next = /href="([^"]*[?&]after=[^"]*)"/.exec(await reply.text())?.[1];
        if (next !== undefined) await ask(next.replaceAll("&amp;", "&"));
      }
    } else for (const { headers, body } of await posts(route, world)) await ask(route.path, { method: "POST", headers, body });
  }
  return counts;
}
