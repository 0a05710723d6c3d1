import { ROUTES, type Route } from "../../functions/routes.ts";
import { present } from "../present.ts";
import { assetPath } from "../web/asset-path.ts";

/** What there is to ask for: a podcast with more than one page of episodes, and what makes work for the others. */
export type World = {
  podcastId: number;
  episodeId: number;
  /** Of a browser that is logged in to an account with an e-mail address and the sample password. */
  cookie: string;
  newEmail(): string;
  newFeedUrl(): string;
  addPodcast(): Promise<number>;
  addBlockedPodcast(): Promise<number>;
  makePodcastsDue(): Promise<void>;
};
export const SAMPLE_PASSWORD = "a sample password";
/** PODCORE_OPERATOR_TOKEN of what is exercised: an artifact that only this computer reaches, and for a minute. */
export const SAMPLE_TOKEN = "a-sample-token-of-more-than-32-characters";
type Ask = { path: string; headers?: Record<string, string>; body?: string };

// Longer than an artifact gives itself for a request.
const TIMEOUT_MS = 60_000;

// A browser's: a program gets no account.
const USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0";
const JSON_TYPE = { "content-type": "application/json" };
const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };
// As Knative's PingSource sends it.
const PING = {
  "ce-id": "1",
  "ce-source": "/apis/v1/namespaces/podcore/pingsources/sample",
  "ce-specversion": "1.0",
  "ce-time": "2020-01-01T00:00:00Z",
  "ce-type": "dev.knative.sources.ping",
  ...JSON_TYPE,
};
const QUERIES = [
  `query ($podcast: String!, $episode: String!) {
    podcastById(id: $podcast) { id title author language imageUrl categories { name subcategories } persons { name } }
    episodeById(id: $episode) { id title }
    episodes(podcastId: $podcast, first: 50) { nodes { id title } pageInfo { hasNextPage endCursor } }
  }`,
  `query { podcasts(first: 20) { nodes { id title description episodes(first: 3) { nodes { id title } } } } }`,
  `query { account { email subscriptions { nodes { podcast { title } } } newEpisodes { nodes { id title } }
    inProgress { nodes { positionSeconds episode { title } } } } }`,
  `query { __schema { types { name kind fields { name args { name } type { name } } } } }`,
];

/**
 * Asks an artifact once for what each of its routes serves, and for the next page where there is one. A route that this
 * file does not know is asked for too, and may refuse.
 *
 * @returns the number of requests answered, and of those among them that were refused with a status from 400 on
 * @throws Error where a request fails that is not meant to
 */
export async function exercise(
  name: string,
  { url, world }: { url: string; world: World },
): Promise<{ numAsked: number; numRefused: number }> {
  const counts = { numAsked: 0, numRefused: 0 };

  async function ask(method: string, { path, headers, body }: Ask): Promise<string> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const sent = { cookie: world.cookie, "user-agent": USER_AGENT, ...headers };
    const reply = await fetch(url + path, present({ method, headers: sent, body, redirect: "manual", signal }));
    const text = await reply.text();
    const hasFailed = reply.status >= 500 ? path !== "/admin/error" : text.startsWith('{"errors"');
    if (hasFailed) throw new Error(`Cannot exercise "${name}" at "${path}": ${reply.status} ${text.slice(0, 500)}`);
    counts.numAsked += 1;
    if (reply.status >= 400) counts.numRefused += 1;
    return text;
  }

  await ask("GET", { path: "/health" });
  for (const route of ROUTES) {
    if (route.function !== name && !route.audiences.some((audience) => audience === name)) continue;
    for (const one of route.method === "GET" ? listGets(route, world) : await listPosts(route, world)) {
      const nextPage = /href="([^"]*[?&]after=[^"]*)"/.exec(await ask(route.method, one))?.[1];
      if (nextPage !== undefined) await ask("GET", { path: nextPage.replaceAll("&amp;", "&") });
    }
  }
  return counts;
}

function listGets({ path }: Route, world: World): Ask[] {
  const { podcastId, episodeId } = world;
  if (path.startsWith("/assets/"))
    return [{ path: assetPath("app.css") }, { path: assetPath("app.js") }, { path: assetPath("icon.svg") }];
  const variables = JSON.stringify({ podcast: String(podcastId), episode: String(episodeId) });
  if (path === "/graphql") {
    return QUERIES.map((query) => ({ path: `${path}?${new URLSearchParams({ query, variables })}` }));
  }
  if (path === "/search") return [{ path: `${path}?q=sample` }];
  return [{ path: withIds(path, world) }];
}

function withIds(path: string, { podcastId, episodeId }: World): string {
  const ids: Record<string, number> = { podcasts: podcastId, episodes: episodeId };
  return path.replace(/([\w-]+)\/:\w+/g, (_, collection: string) => `${collection}/${ids[collection] ?? 1}`);
}

/** What the pages' forms send, by the route that they send it to. */
function formFor(path: string, world: World): Record<string, string> {
  const email = world.newEmail();
  const [password, password_confirm] = [SAMPLE_PASSWORD, SAMPLE_PASSWORD];
  switch (path) {
    case "/account/api-keys":
      return { name: "An app" };
    case "/login":
      return { email, password };
    case "/signup":
      return { email, password, password_confirm };
    case "/password-reset":
    case "/login-link":
      return { email };
    case "/account/email":
      return { new_email: email, email_password: password };
    case "/email-change":
      return { code: "" };
    case "/account/password":
      return { current_password: password, password, password_confirm };
    case "/podcasts/:id/subscription":
      return { subscribed: "true" };
    case "/podcasts/:podcastId/episodes/:id/state":
      return { favorited: "true", position_seconds: "754" };
    default:
      return { url: world.newFeedUrl() };
  }
}

async function paramsFor(path: string, world: World): Promise<object> {
  switch (path) {
    case "/admin/account-add":
      return { email: world.newEmail(), password: SAMPLE_PASSWORD };
    case "/admin/directory-search":
      return { query: "sample" };
    case "/admin/podcast-block":
      return { podcastId: await world.addPodcast(), reason: "A sample" };
    case "/admin/podcast-unblock":
      return { podcastId: await world.addBlockedPodcast() };
    case "/admin/podcast-remove":
      return { podcastId: await world.addPodcast() };
    default:
      return { url: world.newFeedUrl() };
  }
}

async function listPosts({ path }: Route, world: World): Promise<Ask[]> {
  const { podcastId, episodeId } = world;
  if (path === "/graphql") {
    const variables = { podcast: String(podcastId), episode: String(episodeId) };
    return QUERIES.map((query) => ({ path, headers: JSON_TYPE, body: JSON.stringify({ query, variables }) }));
  }
  if (path.startsWith("/tick/")) {
    await world.makePodcastsDue();
    return [{ path, headers: PING, body: "{}" }];
  }
  if (path.startsWith("/admin/")) {
    const headers = { ...JSON_TYPE, authorization: `Bearer ${SAMPLE_TOKEN}` };
    return [{ path, headers, body: JSON.stringify(await paramsFor(path, world)) }];
  }
  // What ends the login, or the account, is left to who has none.
  const headers = /logout|deletion|revocation/.test(path) ? { ...FORM_TYPE, cookie: "" } : FORM_TYPE;
  return [{ path: withIds(path, world), headers, body: String(new URLSearchParams(formFor(path, world))) }];
}
