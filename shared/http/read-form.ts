import { badParameter } from "../errors.ts";
import type { FunctionRequest } from "./function.ts";

/** Returns a form's field by name; empty if it is missing. */
export type Form = (name: string) => string;

/** Reads a page's form. Removes NUL characters, which Postgres refuses. */
export function readForm({ body }: Pick<FunctionRequest, "body">): Form {
  const fields = new URLSearchParams(body.toString());
  return (name) => (fields.get(name) ?? "").replaceAll("\0", "");
}

/** Reads a boolean field; undefined if it is missing. @throws UserError 400 */
export function readFlag(form: Form, name: string): boolean | undefined {
  const value = form(name);
  if (value === "") return undefined;
  if (value === "true" || value === "false") return value === "true";
  throw badParameter(name, `neither "true" nor "false": "${value.slice(0, 100)}"`);
}
