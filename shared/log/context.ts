import { AsyncLocalStorage } from "node:async_hooks";
import type { Fields, Pair } from "./record.ts";
import { redactFields } from "./redact.ts";

const storage = new AsyncLocalStorage<readonly Pair[]>();
const NO_CONTEXT: readonly Pair[] = [];

/** Runs `fn` so that every line logged in it, and in what it awaits, carries `fields` inside those already there. */
export function withContext<T>(fields: Fields, fn: () => T): T {
  return storage.run([...currentContext(), ...redactFields(fields)], fn);
}

/** The fields of the contexts that the caller runs in, outermost first. */
export function currentContext(): readonly Pair[] {
  return storage.getStore() ?? NO_CONTEXT;
}
