import { type GraphQLFieldConfigMap, GraphQLString } from "graphql";
import type { FileChapters } from "../../podcasts/files/find-episode-files.ts";
import type { EpisodeRow } from "../../podcasts/list-episodes-by-podcast.ts";
import type { Scope } from "../scope.ts";
import { listOf } from "./fields.ts";
import { Chapter } from "./namespace-types.ts";
import { EpisodeTranscript } from "./transcript-type.ts";

/** Fields of an episode whose content is in files that its feed links to. */
export function fileFields(): GraphQLFieldConfigMap<EpisodeRow, Scope> {
  return {
    chapters: {
      type: listOf(Chapter),
      description:
        "Chapters from the file that the feed links to, once that was fetched; before, those in the feed itself.",
      resolve(episode, _args, scope) {
        const own = episode.chapters ?? [];
        return findFileChapters(episode, scope)?.then((file) => file?.chapters ?? own) ?? own;
      },
    },
    chaptersUrl: {
      type: GraphQLString,
      description: "The file that `chapters` are from; null if they are in the feed itself.",
      resolve: (episode, _args, scope) => findFileChapters(episode, scope)?.then((file) => file?.url),
    },
    transcript: {
      type: EpisodeTranscript,
      description:
        "The transcript, from the best of the files in `transcripts`. Null until one was fetched: that happens for new episodes of podcasts that somebody follows, and soon after an episode is requested by its ID or opened on the site.",
      resolve: ({ id, namespace }, _args, scope) =>
        namespace?.transcripts?.length ? findTranscript(id, scope) : undefined,
    },
  };
}

// Most episodes link to no files, so that nothing is looked up for them.

function findFileChapters({ id, namespace }: EpisodeRow, scope: Scope): Promise<FileChapters | undefined> | undefined {
  return namespace?.chapters === undefined ? undefined : scope.findFileChapters(id);
}

async function findTranscript(id: number, scope: Scope) {
  const found = await scope.findTranscript(id);
  return found && { ...found, episodeId: id };
}
