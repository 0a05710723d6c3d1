import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLField,
  getArgumentValues,
  getNamedType,
  isCompositeType,
  Kind,
  type SelectionSetNode,
  typeFromAST,
  type ValidatedExecutionArgs,
} from "graphql";
import { badRequest } from "../errors.ts";
import { type EpisodeParts, partsFor } from "../podcasts/list-episodes-by-podcast.ts";
import { FIRST_DEFAULT, FIRST_MAX } from "./types/connection.ts";
import { AccountPodcast, AccountPodcastEpisode } from "./types/listening-types.ts";
import { Episode, Podcast } from "./types/node-types.ts";

// Two lists within each other and an object in each item take 8.
const DEPTH_MAX = 10;
// GraphiQL's own introspection query takes 15; graphql-js bounds the lists in it by a rule of its own.
const INTROSPECTION_DEPTH_MAX = 20;
const ALIASES_MAX = 15;
// Podcasts and episodes in one reply: 50 podcasts with 99 episodes each.
const NODES_MAX = 5_000;
// What an episode's notes weigh, in nodes, each time they are asked for: they may hold 128 KB, a hundred times the rest of
// its fields. A reply with all the notes that it may ask for stays below 16 MB.
const NOTES_NODES = 40;
// What reading the whole schema (4 to 8 ms), or one type (1 ms), weighs in nodes: nobody needs it six times in one reply.
const SCHEMA_NODES = 1_000;
const TYPE_NODES = 50;
// 30 fields of each of the most nodes, which take some 0.5 s in all.
const FIELDS_MAX = 150_000;
// Reading a podcast or episode costs as much as writing ten of its fields.
const FIELDS_PER_POINT = 10;
// What is less takes 10 ms to write, and turns would cost more than they are worth.
const LARGE_POINTS = 2_000;
// From here on, lists are so wide that their items take turns, too: one with all fields takes 0.3 ms.
const VERY_LARGE_FIELDS = 50_000;
// Each is a row that is read.
const NODE_TYPES = new Set<unknown>([Podcast, Episode, AccountPodcast, AccountPodcastEpisode]);

/** What an operation asks for, with its fragments counted as often as they are used. */
type Weight = EpisodeParts & {
  /** Fields within each other. */
  depth: number;
  /** The same within `__schema` and `__type`, which `depth` leaves out. */
  introspectionDepth: number;
  numAliases: number;
  /** Podcasts and episodes that the reply may hold, were every list full. */
  numNodes: number;
  /** Fields that the reply may hold, were every list of podcasts and episodes full. */
  numFields: number;
};

const NOTHING: Weight = {
  depth: 0,
  introspectionDepth: 0,
  numAliases: 0,
  numNodes: 0,
  numFields: 0,
  hasDetails: false,
  hasNotes: false,
};

/** What a query is run by. `points` are its cost, which is taken from a budget. */
export type Load = EpisodeParts & { points: number; isLarge: boolean; isVeryLarge: boolean };

/** Weighs an operation that is valid, and so free of fragments that hold themselves. @throws UserError 400 where it weighs too much */
export function weigh(args: ValidatedExecutionArgs): Load {
  const root = args.schema.getRootType(args.operation.operation);
  const weight = root ? createScales(args)(args.operation.selectionSet, root) : NOTHING;
  requireAtMost(weight.depth, DEPTH_MAX, "levels of fields");
  requireAtMost(weight.introspectionDepth, INTROSPECTION_DEPTH_MAX, "levels of introspection fields");
  requireAtMost(weight.numAliases, ALIASES_MAX, "aliases");
  requireAtMost(weight.numNodes, NODES_MAX, "podcasts and episodes, were every list full");
  requireAtMost(weight.numFields, FIELDS_MAX, "fields, were every list full");
  const { hasDetails, hasNotes, numNodes, numFields } = weight;
  const points = numNodes + Math.ceil(numFields / FIELDS_PER_POINT);
  const isVeryLarge = numFields > VERY_LARGE_FIELDS;
  return { hasDetails, hasNotes, points, isLarge: points > LARGE_POINTS, isVeryLarge };
}

function requireAtMost(value: number, max: number, what: string): void {
  if (value > max) throw badRequest(`Cannot run a query with ${value} ${what}: at most ${max} are allowed`);
}

function createScales({ schema, fragmentDefinitions, variableValues }: ValidatedExecutionArgs) {
  const fragments = new Map<string, Weight>();

  function ofSelections({ selections }: SelectionSetNode, parent: GraphQLCompositeType): Weight {
    let sum = NOTHING;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) sum = add(sum, ofField(selection, parent));
      else if (selection.kind === Kind.FRAGMENT_SPREAD) sum = add(sum, ofFragment(selection.name.value));
      // None of the schema's types stands for several, so that a fragment within a selection is on the same type.
      else sum = add(sum, ofSelections(selection.selectionSet, parent));
    }
    return sum;
  }

  function ofFragment(name: string): Weight {
    const known = fragments.get(name);
    if (known !== undefined) return known;
    const fragment = fragmentDefinitions[name];
    const type = fragment && typeFromAST(schema, fragment.typeCondition);
    const weight = fragment && isCompositeType(type) ? ofSelections(fragment.selectionSet, type) : NOTHING;
    fragments.set(name, weight);
    return weight;
  }

  function ofField(node: FieldNode, parent: GraphQLCompositeType): Weight {
    const field = schema.getField(parent, node.name.value);
    const type = field && getNamedType(field.type);
    if (!field || !type) return NOTHING;
    const inner = node.selectionSet && isCompositeType(type) ? ofSelections(node.selectionSet, type) : NOTHING;
    const numAliases = inner.numAliases + (node.alias ? 1 : 0);
    if (field.name === "__schema" || field.name === "__type") {
      const numNodes = field.name === "__schema" ? SCHEMA_NODES : TYPE_NODES;
      return { ...NOTHING, introspectionDepth: inner.depth + 1, numAliases, numNodes };
    }
    const numItems = countItems(field, node);
    const parts = parent === Episode ? partsFor(field.name) : NOTHING;
    const own = NODE_TYPES.has(type) ? 1 : 0;
    return {
      depth: inner.depth + 1,
      introspectionDepth: inner.introspectionDepth,
      numAliases,
      // A page is read even where nothing of its items is asked for.
      numNodes: parts.hasNotes
        ? NOTES_NODES
        : numItems === undefined
          ? own + inner.numNodes
          : numItems * Math.max(1, own + inner.numNodes),
      numFields: (numItems ?? 1) * (1 + inner.numFields),
      hasDetails: inner.hasDetails || parts.hasDetails,
      hasNotes: inner.hasNotes || parts.hasNotes,
    };
  }

  /** @returns undefined for what is no list of nodes */
  function countItems(field: GraphQLField, node: FieldNode): number | undefined {
    if (typeof field.extensions.numItems === "number") return field.extensions.numItems;
    if (!field.args.some((arg) => arg.name === "first")) return undefined;
    const { first } = getArgumentValues(field, node, variableValues);
    if (typeof first !== "number") return FIRST_DEFAULT;
    if (first < 1 || first > FIRST_MAX) {
      throw badRequest(`Error parsing parameter "first": not a number from 1 to ${FIRST_MAX}: "${first}"`);
    }
    return first;
  }

  return ofSelections;
}

function add(a: Weight, b: Weight): Weight {
  return {
    depth: Math.max(a.depth, b.depth),
    introspectionDepth: Math.max(a.introspectionDepth, b.introspectionDepth),
    numAliases: a.numAliases + b.numAliases,
    numNodes: a.numNodes + b.numNodes,
    numFields: a.numFields + b.numFields,
    hasDetails: a.hasDetails || b.hasDetails,
    hasNotes: a.hasNotes || b.hasNotes,
  };
}
