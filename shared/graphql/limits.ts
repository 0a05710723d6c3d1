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

// Two nested lists with an object in each item take 8.
const DEPTH_MAX = 10;
// GraphiQL's introspection query takes 15; graphql-js has its own limit on nested lists there.
const INTROSPECTION_DEPTH_MAX = 20;
const ALIASES_MAX = 15;
// Podcasts and episodes in one reply, such as 50 podcasts with 99 episodes each.
const NODES_MAX = 5_000;
// Cost of an episode's notes, in nodes, each time they are requested: they can take 128 KB, a hundred times the other
// fields. Keeps a reply with the most notes below 16 MB.
const NOTES_NODES = 40;
// Cost, in nodes, of reading the whole schema (4 to 8 ms) or one type (1 ms). No client needs the schema six times in
// one reply.
const SCHEMA_NODES = 1_000;
const TYPE_NODES = 50;
// 30 fields for each of NODES_MAX nodes. They take about 0.5 s in total.
const FIELDS_MAX = 150_000;
// Reading a podcast or episode costs as much as writing ten of its fields.
const FIELDS_PER_POINT = 10;
// A smaller reply is written within 10 ms, so taking turns would cost more than it gains.
const LARGE_POINTS = 2_000;
// From here on, lists are so wide that each item takes a turn too: one with all fields takes 0.3 ms.
const VERY_LARGE_FIELDS = 50_000;
// Each object of these types is a row that is read.
const NODE_TYPES = new Set<unknown>([Podcast, Episode, AccountPodcast, AccountPodcastEpisode]);

/** Cost of an operation. Fragments count as often as they are used. */
type Cost = EpisodeParts & {
  /** Levels of nested fields. */
  depth: number;
  /** Levels within `__schema` and `__type`, which `depth` excludes. */
  introspectionDepth: number;
  numAliases: number;
  /** Podcasts and episodes in the reply if every list is full. */
  numNodes: number;
  /** Fields in the reply if every list of podcasts and episodes is full. */
  numFields: number;
};

const NOTHING: Cost = {
  depth: 0,
  introspectionDepth: 0,
  numAliases: 0,
  numNodes: 0,
  numFields: 0,
  hasDetails: false,
  hasNotes: false,
};

/** How to run a query. `points` is its cost, which is taken from a budget. */
export type Load = EpisodeParts & { points: number; isLarge: boolean; isVeryLarge: boolean };

/**
 * Measures the cost of a validated operation, whose fragments are therefore not recursive. @throws UserError 400 if it
 * exceeds a limit
 */
export function measureCost(args: ValidatedExecutionArgs): Load {
  const root = args.schema.getRootType(args.operation.operation);
  const cost = root ? createCostMeter(args)(args.operation.selectionSet, root) : NOTHING;
  requireAtMost(cost.depth, DEPTH_MAX, "levels of fields");
  requireAtMost(cost.introspectionDepth, INTROSPECTION_DEPTH_MAX, "levels of introspection fields");
  requireAtMost(cost.numAliases, ALIASES_MAX, "aliases");
  requireAtMost(cost.numNodes, NODES_MAX, "podcasts and episodes if every list is full");
  requireAtMost(cost.numFields, FIELDS_MAX, "fields if every list is full");
  const { hasDetails, hasNotes, numNodes, numFields } = cost;
  const points = numNodes + Math.ceil(numFields / FIELDS_PER_POINT);
  const isVeryLarge = numFields > VERY_LARGE_FIELDS;
  return { hasDetails, hasNotes, points, isLarge: points > LARGE_POINTS, isVeryLarge };
}

function requireAtMost(value: number, max: number, what: string): void {
  if (value > max) throw badRequest(`Cannot run a query with ${value} ${what}: at most ${max} are allowed`);
}

function createCostMeter({ schema, fragmentDefinitions, variableValues }: ValidatedExecutionArgs) {
  const fragments = new Map<string, Cost>();

  function ofSelections({ selections }: SelectionSetNode, parent: GraphQLCompositeType): Cost {
    let sum = NOTHING;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) sum = add(sum, ofField(selection, parent));
      else if (selection.kind === Kind.FRAGMENT_SPREAD) sum = add(sum, ofFragment(selection.name.value));
      // The schema has no interfaces or unions, so an inline fragment has the parent's type.
      else sum = add(sum, ofSelections(selection.selectionSet, parent));
    }
    return sum;
  }

  function ofFragment(name: string): Cost {
    const known = fragments.get(name);
    if (known !== undefined) return known;
    const fragment = fragmentDefinitions[name];
    const type = fragment && typeFromAST(schema, fragment.typeCondition);
    const cost = fragment && isCompositeType(type) ? ofSelections(fragment.selectionSet, type) : NOTHING;
    fragments.set(name, cost);
    return cost;
  }

  function ofField(node: FieldNode, parent: GraphQLCompositeType): Cost {
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
      // A page is read even if no fields of its items are requested.
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

  /** @returns undefined if the field is not a list of nodes */
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

function add(a: Cost, b: Cost): Cost {
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
