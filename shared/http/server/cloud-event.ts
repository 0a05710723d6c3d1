import type { IncomingHttpHeaders } from "node:http";
import { badRequest } from "../../errors.ts";
import { isJsonObject, parseJson } from "../../json.ts";

/** The attributes of a CloudEvent 1.0 that a tick needs. */
export type CloudEvent = { id: string; source: string; type: string; data: unknown };

const REQUIRED = ["specversion", "id", "source", "type"] as const;

/**
 * Reads a CloudEvent in binary or structured content mode (CloudEvents HTTP protocol binding 3.1, 3.2). Missing data is
 * read as {}.
 *
 * @throws UserError 400 that names missing attributes or another problem
 */
export function readCloudEvent(headers: IncomingHttpHeaders, body: Buffer): CloudEvent {
  const isStructured = /^application\/cloudevents\+json/i.test(headers["content-type"] ?? "");
  const json = parseJson(body, "the CloudEvent's data");
  const attributes: Record<string, unknown> =
    isStructured && isJsonObject(json)
      ? json
      : Object.fromEntries(REQUIRED.map((name) => [name, headers[`ce-${name}`]]));
  const missing = REQUIRED.filter((name) => typeof attributes[name] !== "string" || attributes[name] === "");
  if (missing.length > 0) throw badRequest(`not a CloudEvent: "${missing.join('", "')}" missing`);
  const { specversion, id, source, type } = attributes;
  if (specversion !== "1.0") throw badRequest(`the CloudEvent has specversion "${specversion}", not "1.0"`);
  return {
    id: String(id),
    source: String(source),
    type: String(type),
    data: (isStructured ? attributes.data : json) ?? {},
  };
}
