import { writeFileSync } from "node:fs";
import { printSchema } from "graphql";
import { apiSchema } from "./schema.ts";

/** Prints the schema as SDL. Run it with `npm run schema`. */
writeFileSync(new URL("schema.graphql", import.meta.url), `${printSchema(apiSchema())}\n`);
