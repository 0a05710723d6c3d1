import { GraphQLBoolean, type GraphQLFieldConfig, GraphQLNonNull, GraphQLObjectType, GraphQLString } from "graphql";
import type { Edge, PageRequest } from "../../db/cursor.ts";
import type { Account as AccountRow } from "../../db/schema.ts";
import type { SyncPoint } from "../../listening/find-sync-point.ts";
import { type ListKind, listAccountEpisodes } from "../../listening/list-account-episodes.ts";
import { listChangedEpisodes } from "../../listening/list-changed-episodes.ts";
import { listChangedNewEpisodes } from "../../listening/list-changed-new-episodes.ts";
import { listChangedPodcasts } from "../../listening/list-changed-podcasts.ts";
import { listNewEpisodes } from "../../listening/list-new-episodes.ts";
import { listSubscriptions } from "../../listening/list-subscriptions.ts";
import type { Scope } from "../scope.ts";
import { type AccountPoint, decodeSyncToken, encodeSyncToken } from "../sync-token.ts";
import { connectionType, PAGE_ARGS, type PageArgs, toConnection, toPageRequest } from "./connection.ts";
import { required } from "./fields.ts";
import { AccountPodcast, AccountPodcastEpisode } from "./listening-types.ts";
import { EpisodeConnection } from "./node-types.ts";

/** An account, as of just before its lists are read. */
type AccountSource = Pick<AccountRow, "id" | "email"> & SyncPoint;
type ListArgs = PageArgs & { updatedSince?: string | null };
type Listing<T> = PageRequest & { accountId: number; scope: Scope } & T;
type List = {
  type: GraphQLObjectType;
  description: string;
  list(listing: Listing<unknown>): Promise<Edge<unknown>[]>;
  /** Lists what has changed since, including items that have left the list. */
  listChanged(listing: Listing<{ since: SyncPoint }>): Promise<Edge<unknown>[]>;
};

const AccountPodcastConnection = connectionType(AccountPodcast);
const AccountPodcastEpisodeConnection = connectionType(AccountPodcastEpisode);

const LIST_ARGS = {
  ...PAGE_ARGS,
  updatedSince: {
    type: GraphQLString,
    description:
      "The `syncToken` of an earlier reply. Lists only items that have changed since, in the order of the changes, " +
      "including items that have left the list. Unchanged items may be included; items that the operator has removed are not.",
  },
};

export const Account = new GraphQLObjectType<AccountSource, Scope>({
  name: "Account",
  description: "The account of the request's API key or login.",
  fields: () => ({
    id: { type: required(GraphQLString), description: "The account's ID. Opaque, and never changes." },
    email: { type: GraphQLString, description: "The email address; null if the account is ephemeral." },
    isEphemeral: {
      type: required(GraphQLBoolean),
      description: "Whether the account was created automatically, and nobody has signed up for it yet.",
      resolve: ({ email }) => email === null,
    },
    syncToken: {
      type: required(GraphQLString),
      description:
        "Opaque token to pass as `updatedSince` later, for what has changed since this query. It is read before the query's " +
        "lists, so no change is missed between two replies; a change at about that time may be in both.",
      resolve: encodeSyncToken,
    },
    subscriptions: listField({
      type: AccountPodcastConnection,
      description: "The account's subscriptions, by title.",
      list: ({ scope: { ctx }, ...listing }) => listSubscriptions(ctx.db, listing),
      listChanged: ({ scope: { ctx }, ...listing }) => listChangedPodcasts(ctx.db, listing),
    }),
    newEpisodes: listField({
      type: EpisodeConnection,
      description:
        "New episodes of all subscriptions, newest first: those that arrived since the subscription began, whatever their " +
        "date, or were published in the week before, and are neither played nor started. With `updatedSince` the order is undefined, and an episode may have left the list: check " +
        "its `accountEpisode` for played or started, and its podcast's `accountPodcast` for unsubscribed.",
      list: ({ scope: { ctx, parts }, ...listing }) => listNewEpisodes(ctx.db, { ...listing, parts }),
      listChanged: ({ scope: { ctx, parts }, ...listing }) => listChangedNewEpisodes(ctx.db, { ...listing, parts }),
    }),
    inProgress: episodesField("in-progress", "Episodes that were started but not finished, most recent first."),
    favorites: episodesField("favorites", "Favorite episodes, most recently marked first."),
    history: episodesField(
      "history",
      "All episodes that were listened to, or marked as played or unplayed, most recent first.",
    ),
  }),
});

function episodesField(kind: ListKind, description: string) {
  return listField({
    type: AccountPodcastEpisodeConnection,
    description,
    list: ({ scope: { ctx }, ...listing }) => listAccountEpisodes(ctx.db, { ...listing, kind }),
    listChanged: ({ scope: { ctx }, ...listing }) => listChangedEpisodes(ctx.db, { ...listing, kind }),
  });
}

function listField({ type, description, list, listChanged }: List): GraphQLFieldConfig<AccountSource, Scope, ListArgs> {
  return {
    type: new GraphQLNonNull(type),
    description,
    args: LIST_ARGS,
    async resolve(account, args, scope) {
      const page = toPageRequest(args);
      const listing = { ...page, accountId: account.id, scope };
      const since = readSince(args, account);
      return toConnection(await (since === undefined ? list(listing) : listChanged({ ...listing, since })), page);
    },
  };
}

function readSince({ updatedSince }: ListArgs, account: AccountPoint): SyncPoint | undefined {
  return updatedSince == null ? undefined : decodeSyncToken(updatedSince, account);
}
