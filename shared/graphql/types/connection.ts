import {
  GraphQLBoolean,
  type GraphQLFieldConfigArgumentMap,
  GraphQLInt,
  GraphQLObjectType,
  GraphQLString,
} from "graphql";
import type { Edge, PageRequest } from "../../db/cursor.ts";
import type { Scope } from "../scope.ts";
import { listOf, required } from "./fields.ts";

// Relay's cursor connections (https://relay.dev/graphql/connections.htm), forward only, with a plain list beside the
// edges.

/** Twice the length of a page on the website. Use `after` for more. */
export const FIRST_MAX = 100;
export const FIRST_DEFAULT = 20;

export type PageArgs = { first?: number | null; after?: string | null };
export type Connection<T> = { edges: Edge<T>[]; pageInfo: PageInfo };
type PageInfo = {
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor: string | undefined;
  endCursor: string | undefined;
};

export const PAGE_ARGS: GraphQLFieldConfigArgumentMap = {
  first: {
    type: GraphQLInt,
    default: { value: FIRST_DEFAULT },
    description: `The number of items: 1 to ${FIRST_MAX}.`,
  },
  after: {
    type: GraphQLString,
    description: "A cursor: the list continues after it. By default, the list starts at the beginning.",
  },
};

export function toPageRequest({ first, after }: PageArgs): PageRequest {
  return { first: first ?? FIRST_DEFAULT, after: after ?? undefined };
}

/** Creates a connection from rows that were read with a limit of `first` + 1. */
export function toConnection<T>(rows: Edge<T>[], { first, after }: PageRequest): Connection<T> {
  const edges = rows.slice(0, first);
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: after !== undefined,
      startCursor: edges[0]?.cursor,
      endCursor: edges.at(-1)?.cursor,
    },
  };
}

const PageInfo = new GraphQLObjectType<PageInfo>({
  name: "PageInfo",
  description: "The position of a page in its list.",
  fields: {
    hasNextPage: { type: required(GraphQLBoolean), description: "Whether more items follow this page." },
    hasPreviousPage: { type: required(GraphQLBoolean), description: "Whether the page was requested with `after`." },
    startCursor: { type: GraphQLString, description: "The first edge's cursor; null on an empty page." },
    endCursor: {
      type: GraphQLString,
      description: "The last edge's cursor, to pass as `after` for the next page; null on an empty page.",
    },
  },
});

/** Creates the connection type for lists of `node`. */
export function connectionType(node: GraphQLObjectType): GraphQLObjectType {
  const edge = new GraphQLObjectType<Edge<unknown>, Scope>({
    name: `${node.name}Edge`,
    description: "An item of a list, with its cursor.",
    fields: {
      cursor: { type: required(GraphQLString), description: "Opaque; pass it as `after` to continue after this item." },
      node: {
        type: required(node),
        description: "The item.",
        resolve: (source, _args, scope) => toNode(source, scope),
      },
    },
  });
  return new GraphQLObjectType<Connection<unknown>, Scope>({
    name: `${node.name}Connection`,
    description: "A page of a list.",
    fields: {
      edges: { type: listOf(edge), description: "The page's items with their cursors." },
      nodes: {
        type: listOf(node),
        description: "The page's items without cursors.",
        resolve: ({ edges }, _args, scope) => edges.map((edge) => toNode(edge, scope)),
      },
      pageInfo: { type: required(PageInfo), description: "The position of the page in the list." },
    },
  });
}

async function inTurn(node: unknown, scope: Scope): Promise<unknown> {
  await scope.turns.take();
  return node;
}

function toNode({ node }: Edge<unknown>, scope: Scope): unknown {
  return scope.isVeryLarge ? inTurn(node, scope) : node;
}
