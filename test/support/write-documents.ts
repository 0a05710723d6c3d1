import type { Context } from "../../shared/context.ts";
import * as documentWriter from "../../shared/search/documents/document-writer.ts";

/** Does what the clean tick does, so that what was inserted is found. */
export async function writeDocuments(ctx: Context): Promise<void> {
  await documentWriter.run(ctx, { budgetMs: 60_000 });
}
