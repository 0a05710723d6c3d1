/**
 * The whole of podcore's HTTP surface in one table: method, path, function. A function's name says where its file is:
 * `web-podcast-get` is functions/web/podcast-get.ts. Build, gateway rules and Knative Services are made from this.
 *
 * In a path `:name` matches one segment, `*` all the rest. The first row that matches serves.
 */
export const AUDIENCES = ["web", "api", "internal"] as const;
export type Audience = (typeof AUDIENCES)[number];
export type Route = {
  method: "GET" | "POST";
  path: string;
  function: string;
  /** Which of the audiences' artifacts mount it. */
  audiences: readonly Audience[];
  /** Answers 404 in production: no gateway routes it and no Service runs it. */
  developmentOnly?: boolean;
};

export const ROUTES: readonly Route[] = [
  { method: "GET", path: "/", function: "web-home-get", audiences: ["web"] },
  { method: "GET", path: "/podcasts/:id", function: "web-podcast-get", audiences: ["web"] },
  { method: "GET", path: "/podcasts/:podcastId/episodes/:id", function: "web-episode-get", audiences: ["web"] },
  { method: "POST", path: "/podcasts", function: "web-podcast-add-post", audiences: ["web"], developmentOnly: true },
  { method: "GET", path: "/assets/:version/:file", function: "web-asset-get", audiences: ["web"] },
  { method: "GET", path: "/favicon.ico", function: "web-asset-get", audiences: ["web"] },
  { method: "GET", path: "/robots.txt", function: "web-asset-get", audiences: ["web"] },

  { method: "GET", path: "/graphql", function: "api-graphql", audiences: ["api", "web"] },
  { method: "POST", path: "/graphql", function: "api-graphql", audiences: ["api", "web"] },

  { method: "POST", path: "/tick/crawl", function: "tick-crawl", audiences: ["internal"] },
  { method: "POST", path: "/tick/work", function: "tick-work", audiences: ["internal"] },
  { method: "POST", path: "/tick/clean", function: "tick-clean", audiences: ["internal"] },
  { method: "POST", path: "/admin/migrate", function: "admin-migrate", audiences: ["internal"] },
  { method: "POST", path: "/admin/podcast-add", function: "admin-podcast-add", audiences: ["internal"] },
  { method: "POST", path: "/admin/podcast-remove", function: "admin-podcast-remove", audiences: ["internal"] },
  { method: "POST", path: "/admin/reingest", function: "admin-reingest", audiences: ["internal"] },
  { method: "POST", path: "/admin/upgrade-https", function: "admin-upgrade-https", audiences: ["internal"] },
  { method: "POST", path: "/admin/error", function: "admin-error", audiences: ["internal"] },
];
