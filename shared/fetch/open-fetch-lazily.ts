import type { Config } from "../config.ts";
import type { Fetch } from "./fetch.ts";

/** Loads and opens the fetcher on first use. For functions that seldom fetch. */
export function openFetchLazily(config: Config): Fetch {
  let opened: Promise<Fetch> | undefined;
  return async (request) => {
    opened ??= import("./open-fetch.ts").then(({ openFetch }) => openFetch(config));
    return (await opened)(request);
  };
}
