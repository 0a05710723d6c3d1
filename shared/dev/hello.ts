import type { Config } from "../config.ts";
import { reachOf } from "../push/reach.ts";

type Hello = {
  config: Config;
  /** Where the data is stored. */
  database: string;
  /** Undefined if there is no sample podcast. */
  samplePageUrl: string | undefined;
  /** The operator's token, if it may be shown: generated for this start, in development. */
  shownToken: string | undefined;
  watches: boolean;
};

/** Returns the text that npm start prints when it is ready: what to try first. */
export function helloText({ config, database, samplePageUrl, shownToken, watches }: Hello): string {
  const { publicUrl: url, env } = config;
  const rows: [string, string][] = [];
  if (samplePageUrl !== undefined) rows.push(["Try it", `open ${samplePageUrl} and add the sample podcast`]);
  if (env === "development") rows.push(["Add a podcast", `open ${url} and paste a feed's URL`]);
  else rows.push(["Add a podcast", `log in at ${url}/login; docs/operating.md says how to create the first account`]);
  rows.push(["Read it", `curl '${url}/graphql' -H 'content-type: application/json' -d '${QUERY}'`]);
  rows.push(["Explore", `${url}/graphiql`]);
  if (reachOf(config) !== "internet") rows.push(["Push", "off: set PODCORE_PUBLIC_URL to an address on the internet"]);
  const password = shownToken ?? "PODCORE_OPERATOR_TOKEN";
  rows.push(["Watch the crawl", `${url}/operator/crawl, with any user name and the password ${password}`]);
  if (watches) rows.push(["Change it", "save a source file and load the page again"]);
  rows.push(["See each step", "PODCORE_LOG=tree npm start"]);
  rows.push(["Stop", "Ctrl-C; the ticks run every minute until then"]);
  const width = Math.max(...rows.map(([label]) => label.length)) + 3;
  return `
podcore is at ${url}; its data is in ${database}

${rows.map(([label, text]) => `  ${label.padEnd(width)}${text}`).join("\n")}
`;
}

const QUERY = JSON.stringify({ query: "{ podcasts(first: 5) { nodes { id title } } }" });
