import { GraphQLFloat, GraphQLInt, GraphQLObjectType, GraphQLString } from "graphql";
import { badParameter } from "../../errors.ts";
import type { Segment } from "../../feed/files/segments.ts";
import type { StoredTranscript } from "../../podcasts/files/find-episode-files.ts";
import type { Scope } from "../scope.ts";
import { FIRST_MAX } from "./connection.ts";
import { listOf, required } from "./fields.ts";

const TranscriptSegment = new GraphQLObjectType<Segment>({
  name: "TranscriptSegment",
  description: "A part of a transcript.",
  fields: {
    startSeconds: {
      type: GraphQLFloat,
      description: "The start in seconds, with decimals; null if the file has none.",
    },
    endSeconds: { type: GraphQLFloat, description: "The end in seconds, with decimals; null if the file has none." },
    speaker: { type: GraphQLString, description: "Who speaks; null if the file does not say." },
    text: { type: required(GraphQLString), description: "Plain text on one line." },
  },
});

// Some three minutes of captions.
const SEGMENTS_DEFAULT = 50;

type SegmentArgs = { first?: number | null; after?: number | null };

export const EpisodeTranscript = new GraphQLObjectType<StoredTranscript & { episodeId: number }, Scope>({
  name: "EpisodeTranscript",
  description: "What is said in an episode.",
  fields: {
    language: { type: GraphQLString, description: "BCP 47 tag; if null, the show's language." },
    type: {
      type: required(GraphQLString),
      description:
        "MIME type of the format that was read: `text/vtt`, `application/x-subrip`, `application/json`, `text/html` or `text/plain`.",
    },
    url: { type: required(GraphQLString), description: "The file that it is from." },
    numSegments: { type: required(GraphQLInt), description: "The number of segments." },
    segments: {
      type: listOf(TranscriptSegment),
      description: "The segments, in order.",
      args: {
        first: {
          type: GraphQLInt,
          default: { value: SEGMENTS_DEFAULT },
          description: `The number of segments: 1 to ${FIRST_MAX}.`,
        },
        after: {
          type: GraphQLInt,
          default: { value: 0 },
          description: "The number of segments to leave out at the start.",
        },
      },
      resolve({ episodeId }, { first, after }: SegmentArgs, scope) {
        if ((after ?? 0) < 0) throw badParameter("after", `below 0: "${after}"`);
        return scope.listSegments(episodeId, { first: first ?? SEGMENTS_DEFAULT, after: after ?? 0 });
      },
    },
  },
});
