import { FetchError } from "../fetch/errors.ts";
import type { Fetch } from "../fetch/fetch.ts";

// The iTunes Search API: https://developer.apple.com/library/archive/documentation/AudioVideo/Conceptual/iTuneSearchAPI/

// The API labels its JSON as text/javascript.
const ACCEPT = "application/json, text/javascript;q=0.9";

/** The directory could not be reached, or its answer was not usable. */
export class DirectoryError extends Error {
  override readonly name = "DirectoryError";
  /** How long the directory told us to wait. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: { cause?: unknown; retryAfterMs?: number | undefined } = {}) {
    super(message, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
  }
}

type Params = {
  fetch: Fetch;
  directoryUrl: string;
  path: "/search" | "/lookup";
  params: Record<string, string>;
  maxBytes: number;
  timeoutMs: number;
  signal: AbortSignal;
};

/** Sends a request to the directory, and returns the body as text. @throws DirectoryError */
export async function askItunes({ fetch, directoryUrl, path, params, ...limits }: Params): Promise<string> {
  const url = `${directoryUrl}${path}?${new URLSearchParams(params)}`;
  const reply = await fetch({ url, accept: ACCEPT, ...limits }).catch((cause: unknown) => {
    if (cause instanceof FetchError && cause.kind !== "aborted") throw new DirectoryError(cause.message, { cause });
    throw cause;
  });
  if (reply.status === 200) return reply.body.toString();
  // It answers 403 to too many requests.
  throw new DirectoryError(`it answered with status ${reply.status}`, { retryAfterMs: reply.retryAfterMs });
}

/** Reads the podcasts of an answer. @throws DirectoryError if it is not JSON of the expected shape */
export function readResults(text: string): Record<string, unknown>[] {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === "object" && answer !== null && "results" in answer && Array.isArray(answer.results)) {
      return answer.results.filter((result) => typeof result === "object" && result !== null);
    }
  } catch {
    // Not JSON: fails like JSON of another shape, below.
  }
  throw new DirectoryError("its answer cannot be read");
}
