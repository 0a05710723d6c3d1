import { existsSync } from "node:fs";
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { parseAllDocuments } from "yaml";
import type { KubeObject } from "./objects.ts";

const CRDS = join(import.meta.dirname, "../../../shared/crds");
export const HAS_CRDS = existsSync(CRDS);

type Schema = {
  [key: string]: unknown;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
};
// The API server takes them of every kind, whether the schema names them or not.
const OBJECT_FIELDS = { apiVersion: { type: "string" }, kind: { type: "string" }, metadata: { type: "object" } };
type Crd = {
  kind: string;
  spec: { group: string; names: { kind: string }; versions: { name: string; schema?: { openAPIV3Schema: Schema } }[] };
};

/** Compiles every schema of the CRDs, closed against unknown fields. Keys are `<apiVersion>/<kind>`. */
export async function readCrdSchemas(): Promise<Map<string, ValidateFunction>> {
  // A schema's formats are sizes of numbers, which YAML does not have.
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  const schemas = new Map<string, ValidateFunction>();
  for await (const path of glob("*/*.yaml", { cwd: CRDS })) {
    for (const document of parseAllDocuments(await readFile(join(CRDS, path), "utf8"))) {
      // What lies there are CustomResourceDefinitions; others have no versions.
      const { spec } = document.toJS() as Crd;
      for (const { name, schema } of spec.versions) {
        if (schema === undefined) continue;
        const closed = close(schema.openAPIV3Schema);
        const root = { ...closed, properties: { ...OBJECT_FIELDS, ...closed.properties } };
        schemas.set(`${spec.group}/${name}/${spec.names.kind}`, ajv.compile(root));
      }
    }
  }
  return schemas;
}

export function schemaKeyOf({ apiVersion, kind }: KubeObject): string {
  return `${apiVersion}/${kind}`;
}

/**
 * Makes JSON Schema of an OpenAPI structural schema: that one is open, and the API server drops what it does not name.
 */
function close(schema: Schema): Schema {
  const { properties, additionalProperties, items, nullable, ...rest } = schema;
  const kept = Object.fromEntries(Object.entries(rest).filter(([key]) => !key.startsWith("x-kubernetes-")));
  const isOpen = schema["x-kubernetes-preserve-unknown-fields"] === true;
  return {
    ...kept,
    ...(schema["x-kubernetes-int-or-string"] === true ? { type: ["integer", "string"] } : {}),
    ...(nullable === true ? { type: [schema.type, "null"] } : {}),
    ...(properties === undefined ? {} : { properties: mapValues(properties, close) }),
    ...(properties === undefined || isOpen ? {} : { additionalProperties: false }),
    ...(typeof additionalProperties === "object" ? { additionalProperties: close(additionalProperties) } : {}),
    ...(items === undefined ? {} : { items: close(items) }),
  };
}

function mapValues<A, B>(object: Record<string, A>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}
