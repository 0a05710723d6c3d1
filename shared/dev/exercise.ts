import { ROUTES, type Route } from "../../functions/routes.ts";
import { present } from "../present.ts";
import { assetPath } from "../web/asset-path.ts";

/** Data for requests: a podcast with more than one page of episodes, and functions that create work for other routes. */
export type Fixtures = {
  podcastId: number;
  episodeId: number;
  /** Cookies of a browser that is logged in to an account with an email address and the sample password. */
  cookie: string;
  newEmail(): string;
  newFeedUrl(): string;
  addPodcast(): Promise<number>;
  addBlockedPodcast(): Promise<number>;
  makePodcastsDue(): Promise<void>;
};
export const SAMPLE_PASSWORD = "a sample password";
/** PODCORE_OPERATOR_TOKEN of exercised artifacts, which only this computer can reach, and only for a minute. */
export const SAMPLE_TOKEN = "a-sample-token-of-more-than-32-characters";
type SampleRequest = { path: string; headers?: Record<string, string>; body?: string };

// Longer than an artifact's own request timeout.
const TIMEOUT_MS = 60_000;

// A browser's, because other programs do not get an account.
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
 * Requests each of an artifact's routes once, and the next page if there is one. Also requests routes that are unknown to
 * this file, which may refuse the request.
 *
 * @returns the number of requests, and the number of those refused with a status of 400 or more
 * @throws Error if a request fails unexpectedly
 */
export async function exercise(
  name: string,
  { url, fixtures }: { url: string; fixtures: Fixtures },
): Promise<{ numRequests: number; numRefused: number }> {
  const counts = { numRequests: 0, numRefused: 0 };

  async function send(method: string, { path, headers, body }: SampleRequest): Promise<string> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const sent = { cookie: fixtures.cookie, "user-agent": USER_AGENT, ...headers };
    const reply = await fetch(url + path, present({ method, headers: sent, body, redirect: "manual", signal }));
    const text = await reply.text();
    const hasFailed = reply.status >= 500 ? path !== "/admin/error" : text.startsWith('{"errors"');
    if (hasFailed) throw new Error(`Cannot exercise "${name}" at "${path}": ${reply.status} ${text.slice(0, 500)}`);
    counts.numRequests += 1;
    if (reply.status >= 400) counts.numRefused += 1;
    return text;
  }

  await send("GET", { path: "/health" });
  for (const route of ROUTES) {
    if (route.function !== name && !route.audiences.some((audience) => audience === name)) continue;
    for (const one of route.method === "GET" ? listGets(route, fixtures) : await listPosts(route, fixtures)) {
      const nextPage = /href="([^"]*[?&]after=[^"]*)"/.exec(await send(route.method, one))?.[1];
      if (nextPage !== undefined) await send("GET", { path: nextPage.replaceAll("&amp;", "&") });
    }
  }
  return counts;
}

function listGets({ path }: Route, fixtures: Fixtures): SampleRequest[] {
  const { podcastId, episodeId } = fixtures;
  if (path.startsWith("/assets/"))
    return [{ path: assetPath("app.css") }, { path: assetPath("app.js") }, { path: assetPath("icon.svg") }];
  const variables = JSON.stringify({ podcast: String(podcastId), episode: String(episodeId) });
  if (path === "/graphql") {
    return QUERIES.map((query) => ({ path: `${path}?${new URLSearchParams({ query, variables })}` }));
  }
  if (path === "/search") return [{ path: `${path}?q=sample` }];
  return [{ path: withIds(path, fixtures) }];
}

function withIds(path: string, { podcastId, episodeId }: Fixtures): string {
  const ids: Record<string, number> = { podcasts: podcastId, episodes: episodeId };
  return path.replace(/([\w-]+)\/:\w+/g, (_, collection: string) => `${collection}/${ids[collection] ?? 1}`);
}

/** Returns the fields of the form that a page sends to a route. */
function formFor(path: string, fixtures: Fixtures): Record<string, string> {
  const email = fixtures.newEmail();
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
      return { url: fixtures.newFeedUrl() };
  }
}

async function paramsFor(path: string, fixtures: Fixtures): Promise<object> {
  switch (path) {
    case "/admin/account-add":
      return { email: fixtures.newEmail(), password: SAMPLE_PASSWORD };
    case "/admin/directory-search":
      return { query: "sample" };
    case "/admin/podcast-block":
      return { podcastId: await fixtures.addPodcast(), reason: "A sample" };
    case "/admin/podcast-unblock":
      return { podcastId: await fixtures.addBlockedPodcast() };
    case "/admin/podcast-remove":
      return { podcastId: await fixtures.addPodcast() };
    default:
      return { url: fixtures.newFeedUrl() };
  }
}

async function listPosts({ path }: Route, fixtures: Fixtures): Promise<SampleRequest[]> {
  const { podcastId, episodeId } = fixtures;
  if (path === "/graphql") {
    const variables = { podcast: String(podcastId), episode: String(episodeId) };
    return QUERIES.map((query) => ({ path, headers: JSON_TYPE, body: JSON.stringify({ query, variables }) }));
  }
  if (path.startsWith("/tick/")) {
    await fixtures.makePodcastsDue();
    return [{ path, headers: PING, body: "{}" }];
  }
  if (path.startsWith("/admin/")) {
    const headers = { ...JSON_TYPE, authorization: `Bearer ${SAMPLE_TOKEN}` };
    return [{ path, headers, body: JSON.stringify(await paramsFor(path, fixtures)) }];
  }
  // Requests that would end the login or delete the account are sent without cookies.
  const headers = /logout|deletion|revocation/.test(path) ? { ...FORM_TYPE, cookie: "" } : FORM_TYPE;
  return [{ path: withIds(path, fixtures), headers, body: String(new URLSearchParams(formFor(path, fixtures))) }];
}
