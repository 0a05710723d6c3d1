/**
 * All of podcore's HTTP routes in one table: method, path, function. A function's name gives its file:
 * `web-podcast-get` is functions/web/podcast-get.ts. Builds, gateway rules and Knative Services are generated from this
 * table.
 *
 * In a path, `:name` matches one segment and `*` the rest. The first matching row wins.
 */
export const AUDIENCES = ["web", "api", "internal"] as const;
export type Audience = (typeof AUDIENCES)[number];
export type Route = {
  method: "GET" | "POST";
  path: string;
  function: string;
  /** The audiences whose artifacts serve this route. */
  audiences: readonly Audience[];
  /** The function makes requests to the internet, which the network policy must allow. */
  fetches?: boolean;
};

export const ROUTES: readonly Route[] = [
  { method: "GET", path: "/", function: "web-home-get", audiences: ["web"] },
  { method: "GET", path: "/search", function: "web-search-get", audiences: ["web"], fetches: true },
  { method: "POST", path: "/podcasts", function: "web-podcast-add-post", audiences: ["web"], fetches: true },
  { method: "GET", path: "/podcasts/:id", function: "web-podcast-get", audiences: ["web"] },
  { method: "POST", path: "/podcasts/:id/subscription", function: "web-subscription-post", audiences: ["web"] },
  { method: "POST", path: "/podcasts/:id/refresh", function: "web-podcast-refresh-post", audiences: ["web"] },
  { method: "GET", path: "/podcasts/:podcastId/episodes/:id", function: "web-episode-get", audiences: ["web"] },
  {
    method: "GET",
    path: "/podcasts/:podcastId/episodes/:id/transcript",
    function: "web-transcript-get",
    audiences: ["web"],
  },
  {
    method: "POST",
    path: "/podcasts/:podcastId/episodes/:id/state",
    function: "web-episode-state-post",
    audiences: ["web"],
  },
  {
    method: "GET",
    path: "/directory-podcasts/:id",
    function: "web-directory-podcast-get",
    audiences: ["web"],
    fetches: true,
  },

  { method: "GET", path: "/login", function: "web-login", audiences: ["web"] },
  { method: "POST", path: "/login", function: "web-login", audiences: ["web"] },
  { method: "GET", path: "/login-link", function: "web-login-link", audiences: ["web"] },
  { method: "POST", path: "/login-link", function: "web-login-link", audiences: ["web"] },
  { method: "GET", path: "/logout", function: "web-logout", audiences: ["web"] },
  { method: "POST", path: "/logout", function: "web-logout", audiences: ["web"] },
  { method: "GET", path: "/signup", function: "web-signup", audiences: ["web"] },
  { method: "POST", path: "/signup", function: "web-signup", audiences: ["web"] },
  { method: "GET", path: "/verify", function: "web-verify", audiences: ["web"] },
  { method: "POST", path: "/verify", function: "web-verify", audiences: ["web"] },
  { method: "GET", path: "/password-reset", function: "web-password-reset", audiences: ["web"] },
  { method: "POST", path: "/password-reset", function: "web-password-reset", audiences: ["web"] },
  { method: "GET", path: "/email-change", function: "web-email-change", audiences: ["web"] },
  { method: "POST", path: "/email-change", function: "web-email-change", audiences: ["web"] },
  { method: "GET", path: "/account", function: "web-account-get", audiences: ["web"] },
  { method: "GET", path: "/account/export", function: "web-account-export-get", audiences: ["web"] },
  { method: "POST", path: "/account/password", function: "web-account-password-post", audiences: ["web"] },
  { method: "POST", path: "/account/email", function: "web-account-email-post", audiences: ["web"] },
  { method: "POST", path: "/account/deletion", function: "web-account-delete-post", audiences: ["web"] },
  { method: "POST", path: "/account/logins/:id/revocation", function: "web-login-revoke-post", audiences: ["web"] },
  { method: "POST", path: "/account/api-keys", function: "web-api-key-create-post", audiences: ["web"] },
  { method: "POST", path: "/account/api-keys/:id/revocation", function: "web-api-key-revoke-post", audiences: ["web"] },

  { method: "GET", path: "/privacy", function: "web-privacy-get", audiences: ["web"] },

  { method: "GET", path: "/operator/crawl", function: "web-operator-get", audiences: ["web"] },
  { method: "POST", path: "/operator/action", function: "web-operator-post", audiences: ["web"], fetches: true },
  { method: "GET", path: "/operator/podcasts/:id", function: "web-operator-podcast-get", audiences: ["web"] },

  { method: "GET", path: "/assets/:version/:file", function: "web-asset-get", audiences: ["web"] },
  { method: "GET", path: "/favicon.ico", function: "web-asset-get", audiences: ["web"] },
  { method: "GET", path: "/robots.txt", function: "web-asset-get", audiences: ["web"] },

  { method: "GET", path: "/graphql", function: "api-graphql", audiences: ["api", "web"], fetches: true },
  { method: "POST", path: "/graphql", function: "api-graphql", audiences: ["api", "web"], fetches: true },

  { method: "GET", path: "/api/1.0/hub/pubnotify", function: "api-hub-pubnotify", audiences: ["api", "web"] },
  { method: "GET", path: "/push/:token", function: "api-push-callback", audiences: ["web"] },
  { method: "POST", path: "/push/:token", function: "api-push-callback", audiences: ["web"] },

  { method: "POST", path: "/tick/crawl", function: "tick-crawl", audiences: ["internal"], fetches: true },
  { method: "POST", path: "/tick/work", function: "tick-work", audiences: ["internal"], fetches: true },
  { method: "POST", path: "/tick/clean", function: "tick-clean", audiences: ["internal"] },
  { method: "POST", path: "/admin/migrate", function: "admin-migrate", audiences: ["internal"] },
  { method: "POST", path: "/admin/account-add", function: "admin-account-add", audiences: ["internal"] },
  {
    method: "POST",
    path: "/admin/directory-search",
    function: "admin-directory-search",
    audiences: ["internal"],
    fetches: true,
  },
  { method: "POST", path: "/admin/podcast-add", function: "admin-podcast-add", audiences: ["internal"], fetches: true },
  { method: "POST", path: "/admin/podcast-block", function: "admin-podcast-block", audiences: ["internal"] },
  { method: "POST", path: "/admin/podcast-unblock", function: "admin-podcast-unblock", audiences: ["internal"] },
  {
    method: "POST",
    path: "/admin/podcast-quarantined",
    function: "admin-podcast-quarantined",
    audiences: ["internal"],
  },
  {
    method: "POST",
    path: "/admin/podcast-resolve",
    function: "admin-podcast-resolve",
    audiences: ["internal"],
    fetches: true,
  },
  { method: "POST", path: "/admin/podcast-merge", function: "admin-podcast-merge", audiences: ["internal"] },
  { method: "POST", path: "/admin/podcast-unmerge", function: "admin-podcast-unmerge", audiences: ["internal"] },
  { method: "POST", path: "/admin/podcast-remove", function: "admin-podcast-remove", audiences: ["internal"] },
  { method: "POST", path: "/admin/crawl-list", function: "admin-crawl-list", audiences: ["internal"] },
  { method: "POST", path: "/admin/crawl-report", function: "admin-crawl-report", audiences: ["internal"] },
  { method: "POST", path: "/admin/job-retry", function: "admin-job-retry", audiences: ["internal"] },
  { method: "POST", path: "/admin/reingest", function: "admin-reingest", audiences: ["internal"] },
  { method: "POST", path: "/admin/upgrade-https", function: "admin-upgrade-https", audiences: ["internal"] },
  { method: "POST", path: "/admin/error", function: "admin-error", audiences: ["internal"] },
];
