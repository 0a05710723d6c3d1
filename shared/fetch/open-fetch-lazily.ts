import type { Config } from "../config.ts";
import type { Fetch } from "./fetch.ts";

/** Opens the fetcher with its first use, and loads it then: for a function that seldom fetches. */
export function openFetchLazily(config: Config): Fetch {
  let opened: Promise<Fetch> | undefined;
  return async (request) => {
    opened ??= import("./open-fetch.ts").then(({ openFetch }) => openFetch(config));
    return (await opened)(request);
  };
}
