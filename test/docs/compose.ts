import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parse } from "yaml";

export const DEPLOY = resolve(import.meta.dirname, "../../docs/deploy");

/** A service of a Compose file, as far as the tests look into it. compose.schema.json says what else it may hold. */
export type Service = {
  image: string;
  build?: string;
  command?: string[];
  environment?: Record<string, string>;
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  stop_grace_period?: string;
};
export type Compose = { services: Record<string, Service>; volumes: Record<string, null> };

/** Reads docs/deploy/compose.yaml with `variables` put in, as Compose does with those of the file .env. */
export async function readCompose(variables: Record<string, string>): Promise<Compose> {
  const text = await readFile(join(DEPLOY, "compose.yaml"), "utf8");
  return interpolate(parse(text, { merge: true }), variables);
}

// biome-ignore lint/suspicious/noExplicitAny: parsed YAML, which the schema's test checks
function interpolate(value: any, variables: Record<string, string>): any {
  if (Array.isArray(value)) return value.map((item) => interpolate(item, variables));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, interpolate(item, variables)]));
  }
  return typeof value === "string" ? fill(value, variables) : value;
}

/** Puts in `${NAME:-default}` and `${NAME:?message}`; `$$` is a dollar sign. @throws Error with the message */
function fill(text: string, variables: Record<string, string>): string {
  return text.replace(/\$(?:\$|\{(\w+):([-?])([^}]*)\})/g, (all, name, operator, rest) => {
    if (all === "$$") return "$";
    if (variables[name]) return variables[name];
    if (operator === "-") return rest;
    throw new Error(`${name}: ${rest}`);
  });
}
