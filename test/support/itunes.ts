import { type Origin, type Reply, startOrigin } from "./origin.ts";

type Hit = Record<string, unknown>;

/** A hit as the directory answers with it, of the fields that are read. */
export function itunesHit(values: Hit = {}): Hit {
  return {
    wrapperType: "track",
    kind: "podcast",
    collectionId: 1001,
    artistName: "Ada Example",
    collectionName: "Night Trains",
    feedUrl: "https://feeds.example.com/night-trains",
    artworkUrl100: "https://art.example.com/100.jpg",
    artworkUrl600: "https://art.example.com/600.jpg",
    ...values,
  };
}

/** The directory's answer, under the content type that it has. */
export function itunesReply(...hits: readonly unknown[]): { headers: Record<string, string>; body: string } {
  return {
    headers: { "content-type": "text/javascript; charset=utf-8" },
    body: `\n\n\n${JSON.stringify({ resultCount: hits.length, results: hits })}\n`,
  };
}

export type Itunes = Origin & {
  /** What it answers next; every other path than the search's is in `script`. */
  answer(reply: Reply): void;
  script: Record<string, Reply>;
  /** The terms that it was asked for. */
  terms(): string[];
};

/** Starts a directory on loopback, for PODCORE_DIRECTORY_URL, that may serve feeds as well. */
export async function startItunes(): Promise<Itunes> {
  const script: Record<string, Reply> = {};
  const origin = await startOrigin(script);
  return {
    ...origin,
    script,
    answer(reply) {
      script["/search"] = reply;
    },
    terms: () =>
      origin.requests
        .filter(({ path }) => path.startsWith("/search?"))
        .map(({ path }) => new URLSearchParams(path.slice("/search?".length)).get("term") ?? ""),
  };
}
