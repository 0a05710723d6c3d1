import { FetchError } from "../fetch/errors.ts";
import type { Fetch } from "../fetch/fetch.ts";

// The iTunes Search API: https://developer.apple.com/library/archive/documentation/AudioVideo/Conceptual/iTuneSearchAPI/

// It calls its JSON by the other name.
const ACCEPT = "application/json, text/javascript;q=0.9";

/** The directory could not be asked, or did not answer with what it says it does. */
export class DirectoryError extends Error {
  override readonly name = "DirectoryError";
  /** For how long it says to leave it alone. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: { cause?: unknown; retryAfterMs?: number | undefined } = {}) {
    super(message, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
  }
}

type Question = {
  fetch: Fetch;
  directoryUrl: string;
  path: "/search" | "/lookup";
  params: Record<string, string>;
  maxBytes: number;
  timeoutMs: number;
  signal: AbortSignal;
};

/** Asks the directory, and returns its answer as it came. @throws DirectoryError */
export async function askItunes({ fetch, directoryUrl, path, params, ...limits }: Question): Promise<string> {
  const url = `${directoryUrl}${path}?${new URLSearchParams(params)}`;
  const reply = await fetch({ url, accept: ACCEPT, ...limits }).catch((cause: unknown) => {
    if (cause instanceof FetchError && cause.kind !== "aborted") throw new DirectoryError(cause.message, { cause });
    throw cause;
  });
  if (reply.status === 200) return reply.body.toString();
  // 403 is how it says that it was asked too often.
  throw new DirectoryError(`it answered with status ${reply.status}`, { retryAfterMs: reply.retryAfterMs });
}

/** Reads the podcasts of an answer. @throws DirectoryError */
export function readResults(text: string): Record<string, unknown>[] {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === "object" && answer !== null && "results" in answer && Array.isArray(answer.results)) {
      return answer.results.filter((result) => typeof result === "object" && result !== null);
    }
  } catch {
    // Not JSON: the same complaint as for JSON of another shape.
  }
  throw new DirectoryError("its answer cannot be read");
}
