import type { FunctionRequest } from "./function.ts";

/** Reads what a page's form sent: the fields by name, each once, empty where absent. A NUL, which no keyboard makes, is left out. */
export function readForm({ body }: Pick<FunctionRequest, "body">): (name: string) => string {
  const fields = new URLSearchParams(body.toString());
  return (name) => (fields.get(name) ?? "").replaceAll("\0", "");
}
