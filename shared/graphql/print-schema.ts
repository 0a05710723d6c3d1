import { writeFileSync } from "node:fs";
import { printSchema } from "graphql";
import { apiSchema } from "./schema.ts";

/** Writes the schema as SDL: `npm run schema`. */
writeFileSync(new URL("schema.graphql", import.meta.url), `${printSchema(apiSchema())}\n`);
