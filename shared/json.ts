import { badParameter, badRequest, missingParameter } from "./errors.ts";

export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Parses a request's JSON; an empty body is {}. @throws UserError 400 that names `what` */
export function parseJson(body: Buffer, what: string): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString());
  } catch {
    throw badRequest(`${what} is not JSON`);
  }
}

/** Returns an operator's params or a job's args as an object. @throws UserError 400 if they are not a JSON object */
export function readFields(data: unknown): Record<string, unknown> {
  if (isJsonObject(data)) return data;
  throw badParameter("params", "not a JSON object");
}

/** Reads a string. @throws UserError 400 if it is missing, empty or not a string */
export function readText(fields: Record<string, unknown>, name: string): string {
  const value = fields[name];
  if (value === undefined || value === null || value === "") throw missingParameter(name);
  if (typeof value !== "string") throw badParameter(name, `not a string: ${JSON.stringify(value)}`);
  return value;
}

/** Reads a positive whole number, given as a number or a string. @throws UserError 400 */
export function readId(fields: Record<string, unknown>, name: string): number {
  const value = fields[name];
  if (value === undefined || value === null) throw missingParameter(name);
  const id = Number(value);
  if (/^\d+$/.test(String(value)) && Number.isSafeInteger(id) && id > 0) return id;
  throw badParameter(name, `not an ID: ${JSON.stringify(value)}`);
}

/** Reads a boolean; false if it is missing. @throws UserError 400 */
export function readFlag(fields: Record<string, unknown>, name: string): boolean {
  const value = fields[name] ?? false;
  if (typeof value === "boolean") return value;
  throw badParameter(name, `not true or false: ${JSON.stringify(value)}`);
}

/** Reads which podcast an operator means: by `url`, or else by `podcastId`. @throws UserError 400 */
export function readWhich(fields: Record<string, unknown>): { podcastId: number } | { url: string } {
  return fields.url === undefined ? { podcastId: readId(fields, "podcastId") } : { url: readText(fields, "url") };
}
