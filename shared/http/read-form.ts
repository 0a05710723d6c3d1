import { badParameter } from "../errors.ts";
import type { FunctionRequest } from "./function.ts";

/** A form's fields by name, each once; empty where absent. */
export type Form = (name: string) => string;

/** Reads what a page's form sent. A NUL, which no keyboard makes and Postgres refuses, is left out. */
export function readForm({ body }: Pick<FunctionRequest, "body">): Form {
  const fields = new URLSearchParams(body.toString());
  return (name) => (fields.get(name) ?? "").replaceAll("\0", "");
}

/** Reads a toggler's field; undefined where it is absent. @throws UserError 400 */
export function readFlag(form: Form, name: string): boolean | undefined {
  const value = form(name);
  if (value === "") return undefined;
  if (value === "true" || value === "false") return value === "true";
  throw badParameter(name, `neither "true" nor "false": "${value.slice(0, 100)}"`);
}
