import accountEmailPost from "../../functions/web/account-email-post.ts";
import accountGet from "../../functions/web/account-get.ts";
import apiKeyCreatePost from "../../functions/web/api-key-create-post.ts";
import emailChange from "../../functions/web/email-change.ts";
import episodeGet from "../../functions/web/episode-get.ts";
import homeGet from "../../functions/web/home-get.ts";
import login from "../../functions/web/login.ts";
import loginLink from "../../functions/web/login-link.ts";
import logout from "../../functions/web/logout.ts";
import passwordReset from "../../functions/web/password-reset.ts";
import podcastGet from "../../functions/web/podcast-get.ts";
import signup from "../../functions/web/signup.ts";
import verify from "../../functions/web/verify.ts";
import { readConfig } from "../../shared/config.ts";
import { type Context, NOBODY } from "../../shared/context.ts";
import type { AccountEpisode, AccountPodcast, Episode } from "../../shared/db/schema.ts";
import type { Reply } from "../../shared/http/function.ts";
import type { FoundPodcast } from "../../shared/podcasts/find-podcast.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { deletionPage, passwordPage } from "../../shared/web/pages/account-forms.ts";
import type { AccountView } from "../../shared/web/pages/account-page.ts";
import { episodeRow } from "../support/rows.ts";

const config = readConfig({ PODCORE_PUBLIC_URL: "https://podcore.example.com" });
const caller = (email: string | null): Context["caller"] => ({
  ...NOBODY,
  account: { id: 1, email },
  credential: { kind: "login", id: 1 },
});
// As in pages.ts: `render` reads no more of a context.
const visitor = { config, caller: NOBODY } as Context;
const ephemeral = { config, caller: caller(null) } as Context;
const member = { config, caller: caller("ada@example.com") } as Context;

const AT = new Date("2018-03-25T18:30:00Z");
const SECRET = "x".repeat(43);
const FAULT = `"><script>alert(1)</script> is not an email address`;

function stateRow(values: Partial<AccountEpisode> = {}): AccountEpisode {
  return {
    id: 1,
    accountId: 1,
    episodeId: 7,
    isFavorited: true,
    favoritedAt: AT,
    isPlayed: false,
    positionSeconds: 754,
    listenedAt: AT,
    sequence: 1,
    createdAt: AT,
    updatedAt: AT,
    ...values,
  };
}

type World = { podcast: FoundPodcast; hostilePodcasts: FoundPodcast[]; hostileEpisodes: Episode[] };

/** The pages of accounts, and others as those who have one see them, by name. */
export function accountPages({ podcast, hostilePodcasts, hostileEpisodes }: World): Map<string, Reply> {
  const episode = episodeRow();
  const held: AccountPodcast = {
    id: 1,
    accountId: 1,
    podcastId: podcast.id,
    subscribedAt: AT,
    unsubscribedAt: null,
    addedAt: null,
    sequence: 1,
    createdAt: AT,
    updatedAt: AT,
  };
  const empty: AccountView = {
    account: { email: null },
    subscriptions: { items: [], after: undefined, numNew: new Map() },
    after: undefined,
    inProgress: [],
    newEpisodes: [],
    favorites: [],
    logins: [
      {
        id: 1,
        userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0",
        createdAt: AT,
        lastUsedAt: AT,
        lastUsedAddress: "2001:db8::1",
        expiresAt: AT,
      },
    ],
    loginId: 1,
    apiKeys: [],
  };
  const full: AccountView = {
    ...empty,
    account: { email: "ada@example.com" },
    subscriptions: { items: [{ ...held, podcast }], after: "c", numNew: new Map([[podcast.id, 3]]) },
    inProgress: [{ ...stateRow(), episode, podcast }],
    newEpisodes: [{ ...episode, podcast }],
    favorites: [{ ...stateRow(), episode, podcast }],
    apiKeys: [
      { id: 1, name: "AntennaPod", hint: "podcore_abcdef", createdAt: AT, lastUsedAt: null, lastUsedAddress: null },
      { id: 2, name: FAULT, hint: "podcore_ghijkl", createdAt: AT, lastUsedAt: AT, lastUsedAddress: "192.0.2.1" },
    ],
  };
  const hostile: AccountView = {
    ...full,
    subscriptions: {
      items: hostilePodcasts.map((one) => ({ ...held, podcastId: one.id, podcast: one })),
      after: undefined,
      numNew: new Map(hostilePodcasts.map(({ id }) => [id, 100])),
    },
    favorites: hostileEpisodes.map((one, i) => ({
      ...stateRow(),
      episode: one,
      podcast: hostilePodcasts[i] ?? podcast,
    })),
    logins: [{ ...empty.logins[0], id: 2, userAgent: FAULT, lastUsedAddress: null }] as AccountView["logins"],
  };
  const own = { isSubscribed: true, episodes: new Map([[episode.id, stateRow()]]) };
  return new Map([
    ["account, empty", accountGet.render(empty, ephemeral)],
    ["account", accountGet.render(full, member)],
    ["account, hostile", accountGet.render(hostile, member)],
    ["api key", apiKeyCreatePost.render({ name: FAULT, apiKey: `podcore_${SECRET}` }, member)],
    ["password, refused", pageReply(member, passwordPage({ email: "ada@example.com", validationError: FAULT }))],
    ["deletion, refused", pageReply(member, deletionPage({ email: "ada@example.com", validationError: FAULT }))],
    ["login", login.render({ kind: "form", form: { email: "", next: undefined } }, visitor)],
    [
      "login, refused",
      login.render({ kind: "form", form: { email: FAULT, next: `/"><b>`, validationError: FAULT } }, visitor),
    ],
    ["login, closed", login.render({ kind: "closed", email: FAULT, retryAfterSeconds: 80_000 }, visitor)],
    ["login link", loginLink.render({ kind: "link", secret: SECRET, email: "a@example.com" }, visitor)],
    [
      "email change, begun",
      accountEmailPost.render(
        { email: "a@example.com", newEmail: FAULT, isClosed: false, validationError: undefined },
        member,
      ),
    ],
    [
      "email change, refused",
      accountEmailPost.render(
        { email: "a@example.com", newEmail: FAULT, isClosed: false, validationError: FAULT },
        member,
      ),
    ],
    [
      "email change, old end",
      emailChange.render(
        { kind: "form", secret: SECRET, accountId: 1, newEmail: "b@example.com", end: "old" },
        visitor,
      ),
    ],
    [
      "email change, half",
      emailChange.render({ kind: "half", accountId: 1, newEmail: "b@example.com", end: "new" }, visitor),
    ],
    [
      "email change, stopped",
      emailChange.render({ kind: "stopped", accountId: 1, newEmail: "b@example.com", end: "old" }, visitor),
    ],
    ["logout", logout.render({ kind: "form" }, member)],
    ["signup", signup.render({ kind: "form", form: { closed: undefined, email: "" } }, ephemeral)],
    [
      "signup, refused",
      signup.render({ kind: "form", form: { closed: undefined, email: FAULT, validationError: FAULT } }, visitor),
    ],
    ["signup, closed", signup.render({ kind: "form", form: { closed: "invite", email: "" } }, visitor)],
    ["signup, sent", signup.render({ kind: "sent", email: "ada@example.com", setCookies: undefined }, visitor)],
    [
      "verify",
      verify.render({ kind: "form", form: { secret: SECRET, email: "a@example.com", asksFor: "nothing" } }, ephemeral),
    ],
    [
      "verify, elsewhere",
      verify.render({ kind: "form", form: { secret: SECRET, email: "a@example.com", asksFor: "password" } }, visitor),
    ],
    [
      "verify, invited",
      verify.render(
        { kind: "form", form: { secret: SECRET, email: "a@example.com", asksFor: "new-password" } },
        visitor,
      ),
    ],
    ["verify, void", verify.render({ kind: "void" }, visitor)],
    ["password reset", passwordReset.render({ kind: "form", form: { closed: undefined, email: "" } }, visitor)],
    ["password reset, link", passwordReset.render({ kind: "link", secret: SECRET, email: "a@example.com" }, visitor)],
    ["home, signed in", homeGet.render({ podcasts: { items: [podcast], after: undefined }, after: undefined }, member)],
    [
      "podcast, subscribed",
      podcastGet.render({ podcast, episodes: { items: [episode], after: undefined }, after: undefined, own }, member),
    ],
    ["episode, in progress", episodeGet.render({ podcast, episode, own: stateRow() }, member)],
    [
      "episode, played",
      episodeGet.render({ podcast, episode, own: stateRow({ isPlayed: true, positionSeconds: null }) }, member),
    ],
  ]);
}
