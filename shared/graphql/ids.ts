import { badParameter, notFound, UserError } from "../errors.ts";

// Ids begin at 1.
const NO_ID = 0;
// A sign and the digits of a 64-bit integer, with leading zeros to spare.
const MAX_LENGTH = 40;

type What = "podcast" | "episode";

/** @returns an id that no row has for one that is beyond what the database gives. @throws UserError 400 for text that is no 64-bit integer */
export function parseId(text: string, what: What): number {
  return readId(text) ?? fail(new UserError(400, `Error parsing ${what} ID`));
}

/** Parses the id of what is to be changed, with errors in a mutation's words. @throws UserError 400, 404 */
export function parseIdToChange(text: string, what: What): number {
  const id = readId(text) ?? fail(badParameter(`${what}_id`, `not an ID: "${text.slice(0, 100)}"`));
  return id === NO_ID ? fail(notFound(what, text)) : id;
}

function readId(text: string): number | undefined {
  if (text.length > MAX_LENGTH || !/^[+-]?\d+$/.test(text) || BigInt.asIntN(64, BigInt(text)) !== BigInt(text))
    return undefined;
  const id = Number(text);
  return Number.isSafeInteger(id) ? id : NO_ID;
}

function fail(error: UserError): never {
  throw error;
}
