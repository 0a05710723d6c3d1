import { badParameter, notFound, UserError } from "../errors.ts";

// Real ids start at 1.
const NO_ID = 0;
// A sign and the digits of a 64-bit integer, with room for leading zeros.
const MAX_LENGTH = 40;

type Kind = "podcast" | "episode";

/**
 * Parses an id. @returns an unused id if it is beyond a safe integer. @throws UserError 400 if the text is not a 64-bit
 * integer
 */
export function parseId(text: string, kind: Kind): number {
  return readId(text) ?? fail(new UserError(400, `Error parsing ${kind} ID`));
}

/** Parses the id of a row to change. Its errors are worded like those of mutations. @throws UserError 400, 404 */
export function parseIdToChange(text: string, kind: Kind): number {
  const id = readId(text) ?? fail(badParameter(`${kind}_id`, `not an ID: "${text.slice(0, 100)}"`));
  return id === NO_ID ? fail(notFound(kind, text)) : id;
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
