import { LIMITS } from "../model.ts";
import { lineOf } from "../text.ts";
import { children, type FeedNode } from "../xml/feed-node.ts";
import type { Steps } from "../xml/steps.ts";

/** Reads the first `LIMITS.listEntries` elements of that name. Skips malformed ones. */
export function list<T>(
  parent: FeedNode | undefined,
  name: string,
  read: (node: FeedNode) => T | undefined,
): Steps<T[]> {
  return listInSteps(parent, name, function* (node) {
    yield;
    return read(node);
  });
}

export function* listInSteps<T>(
  parent: FeedNode | undefined,
  name: string,
  read: (node: FeedNode) => Steps<T | undefined>,
): Steps<T[]> {
  const entries: T[] = [];
  for (const node of children(parent, name, LIMITS.listEntries)) {
    const entry = yield* read(node);
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

/**
 * Returns undefined for an empty list. The hash of an episode covers its namespace, so a list that later code adds must not
 * be in those that do not use it.
 */
export function unlessEmpty<T>(entries: T[]): T[] | undefined {
  return entries.length === 0 ? undefined : entries;
}

export function short(text: string | undefined): string | undefined {
  return lineOf(text, LIMITS.shortText);
}
