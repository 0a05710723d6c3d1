import { AsyncLocalStorage } from "node:async_hooks";
import type { Fields, Pair } from "./record.ts";
import { redactFields } from "./redact.ts";

const storage = new AsyncLocalStorage<readonly Pair[]>();
const NO_CONTEXT: readonly Pair[] = [];

/** Runs `fn` so that every line logged during it, also after awaits, carries `fields` nested in the outer context. */
export function withContext<T>(fields: Fields, fn: () => T): T {
  return storage.run([...currentContext(), ...redactFields(fields)], fn);
}

/** Returns the fields of the contexts that the caller runs in, outermost first. */
export function currentContext(): readonly Pair[] {
  return storage.getStore() ?? NO_CONTEXT;
}
