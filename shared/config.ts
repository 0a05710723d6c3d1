/** Every setting with its default and meaning. A test compares the README's table with these rows. */
export const SETTINGS = {
  DATABASE_URL: ["", "Postgres, as `postgres://user:password@host:port/database`; unset: `npm start` starts its own"],
  DATABASE_MIGRATE_URL: [
    "",
    "Postgres for admin-migrate, if migrations need another role or must bypass a pooler; DATABASE_URL unless set",
  ],
  DATABASE_CONNECTIONS: ["5", "Maximum number of database connections of one process"],
  HOST: ["0.0.0.0", "Address to listen on; `npm start` listens on 127.0.0.1 unless this is set"],
  PORT: ["8080", "Port to listen on"],
  PODCORE_BODY_MAX_BYTES: ["102400", "Largest request body; larger ones get a 413 (a 400 at /graphql)"],
  PODCORE_CONTACT_URL: [
    "",
    "URL in the crawler's User-Agent, for owners of feeds who want to know who fetches them; PODCORE_PUBLIC_URL unless set",
  ],
  PODCORE_CRAWL_CONCURRENCY: ["20", "Feeds that one crawl tick fetches concurrently"],
  PODCORE_DATA_DIR: [".podcore", "Directory where `npm start` keeps its Postgres"],
  PODCORE_DIRECTORY_URL: ["https://itunes.apple.com", "Server of the iTunes Search API"],
  PODCORE_ENV: [
    "production",
    "`development` lets visitors add podcasts without an account, and logs the links in mails when SMTP_URL is unset; `npm start` sets it",
  ],
  PODCORE_FETCH_ALLOW: [
    "",
    "Networks besides the public internet that feeds may be fetched from, as comma-separated CIDRs; `127.0.0.1/32:8080` allows one port",
  ],
  PODCORE_FETCH_TIMEOUT_MS: ["30000", "Timeout for fetching one feed, including redirects and body"],
  PODCORE_GATEWAY_TOKEN: [
    "",
    "Token that requests must carry in X-Podcore-Gateway, except probes; any other request gets a 421. Unset: none is required. `npm start` generates one",
  ],
  PODCORE_GCP_PROJECT: ["", "Google Cloud project of the traces named in log lines, with PODCORE_LOG=json"],
  PODCORE_HOSTS: [
    "",
    "Further host names that `npm start` and the `internal` artifact answer to, comma-separated; any other name gets a 421",
  ],
  PODCORE_INTERNAL: ["", "`1`: `npm start` also serves the ticks and the operator functions on PORT"],
  PODCORE_LOG: ["", "`tree`, `flat` or `json`; unset: a tree on a terminal, flat lines elsewhere"],
  PODCORE_LOG_LEVEL: ["info", "`debug`, `info`, `warn`, `error` or `silent`"],
  PODCORE_MAIL_FROM: [
    "",
    "Sender of mails, such as `podcore@example.com`; unset: `podcore@` followed by the public URL's host",
  ],
  PODCORE_OIDC_AUDIENCE: ["podcore", "Audience that OIDC tokens for ticks must have; the PingSources request this one"],
  PODCORE_OIDC_ISSUER: [
    "",
    "Issuer of the OIDC tokens that ticks require, such as the cluster's; unset: ticks accept calls without a token",
  ],
  PODCORE_OIDC_SUBJECTS: [
    "",
    "Subjects whose OIDC tokens ticks accept, comma-separated; unset: the service accounts of the PingSources in the namespace `podcore`",
  ],
  PODCORE_OPERATOR_TOKEN: [
    "",
    "Bearer token that operator functions require over HTTP, and password of the operator's pages, 32 characters or more; unset: they refuse all calls, and there are no pages. `npm start` generates one",
  ],
  PODCORE_PUBLIC_URL: [
    "",
    "Origin of absolute links, such as `https://podcore.example.com`, without a path; hubs push new episodes to it, if it is on the internet; `http://localhost:PORT` unless set",
  ],
  PODCORE_REQUEST_TIMEOUT_MS: [
    "25000",
    "Time after which a request is answered with a 503; ticks have their own budget",
  ],
  PODCORE_SHUTDOWN_GRACE_MS: [
    "10000",
    "Time after SIGTERM in which a process reports not ready but still answers, so that routers notice; 0 if K_SERVICE is set, because Knative drains first",
  ],
  PODCORE_SIGNUP: [
    "open",
    "Who can sign up. `open`: anyone who confirms an email address; `invite`: anyone with a link from admin-account-add; `closed`: nobody, admin-account-add creates the accounts",
  ],
  PODCORE_TICK_BUDGET_MS: ["240000", "Time after which a tick starts no more work; `npm start` sets 50000"],
  PODCORE_TRUSTED_HOPS: [
    "1",
    "Number of proxies in front of podcore that each append an address to X-Forwarded-For; addresses before these are ignored",
  ],
  PODCORE_TRUSTED_PROXIES: [
    "127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,169.254.0.0/16,::1/128,fc00::/7,fe80::/10",
    "Networks whose X-Forwarded-For is trusted, as comma-separated CIDRs: the client is the last address in it outside these networks",
  ],
  PODCORE_WAKE_TOKEN: [
    "",
    "Bearer token that wakes the work tick and grants nothing else; unset: wake-ups carry no token. `npm start` generates one",
  ],
  PODCORE_WORK_URL: [
    "",
    "URL of the work tick, called as soon as a job such as a mail is stored; unset: jobs wait for the next tick",
  ],
  SENTRY_DSN: ["", "Where errors are reported: Sentry or a server that speaks its protocol"],
  SMTP_URL: ["", "Mail server, as `smtps://user:password@host:port`; unset: no mail is sent"],
} as const satisfies Record<string, readonly [defaultValue: string, about: string]>;

export type Config = Readonly<ReturnType<typeof readConfig>>;
export type Environment = Readonly<Record<string, string | undefined>>;
type Name = keyof typeof SETTINGS;

/** Reads the settings. @throws Error naming the variable, and its value unless that may be secret */
export function readConfig(environment: Environment = process.env) {
  const text = (name: Name): string => environment[name]?.trim() || SETTINGS[name][0];
  const optional = (name: Name): string | undefined => text(name) || undefined;

  function integer(name: Name, { min, max }: { min: number; max: number }): number {
    const value = text(name);
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= min && number <= max) return number;
    throw new Error(`Cannot use ${name}="${value}": not a whole number from ${min} to ${max}`);
  }

  function oneOf<T extends string>(name: Name, choices: readonly T[]): T {
    const value = text(name);
    const choice = choices.find((candidate) => candidate === value);
    if (choice !== undefined) return choice;
    throw new Error(`Cannot use ${name}="${value}": not one of ${choices.join(", ")}`);
  }

  function httpUrl(name: Name): string | undefined {
    const value = optional(name);
    if (value === undefined) return undefined;
    if (!URL.canParse(value) || !/^https?:\/\/[^@]*$/i.test(value)) {
      // The text before an @ may be a password.
      throw new Error(`Cannot use ${name}="${value.replace(/^.*@/, "...@")}": not an http(s) URL`);
    }
    return value.replace(/(?<!\/)\/+$/, "");
  }

  /** Reads a URL without a path: links, cookies and redirects start at the host's root. */
  function origin(name: Name): string | undefined {
    const value = httpUrl(name);
    if (value === undefined) return undefined;
    const url = new URL(value);
    if (url.pathname === "/" && url.search === "" && url.hash === "") return url.origin;
    throw new Error(
      `Cannot use ${name}="${value}": podcore needs a whole host, such as "${url.origin}", without a path`,
    );
  }

  function databaseUrl(name: Name): string | undefined {
    const value = optional(name);
    // The value holds a password, so these messages do not repeat it.
    if (value !== undefined && !/^postgres(ql)?:\/\//.test(value)) {
      throw new Error(`Cannot use ${name}: it does not begin with postgres://`);
    }
    // If the password contains # or ?, the parser takes user and password for host and port, and messages would show them.
    const isMisread = (url: URL) => url.username + url.password === "" && url.href.includes("@");
    if (value !== undefined && (!isDecodable(value) || isMisread(new URL(value)))) {
      throw new Error(`Cannot use ${name}: not a URL; percent-encode %, @, :, /, ? and # in its password`);
    }
    return value;
  }

  /** Reads a URL that holds a password or a key. The error message does not repeat it. */
  function secretUrl(name: Name, form: RegExp): string | undefined {
    const value = optional(name);
    if (value === undefined || (form.test(value) && URL.canParse(value) && isDecodable(value))) return value;
    throw new Error(`Cannot use ${name}: expected "${SECRET_URL_FORMS[name] ?? ""}"`);
  }

  function shutdownGraceMs(): number {
    const isLeftToKnative = environment.K_SERVICE !== undefined && !environment.PODCORE_SHUTDOWN_GRACE_MS?.trim();
    return isLeftToKnative ? 0 : integer("PODCORE_SHUTDOWN_GRACE_MS", { min: 0, max: 300_000 });
  }

  /** Reads a secret token. The error message does not repeat it. */
  function token(name: Name): string | undefined {
    const value = optional(name);
    // RFC 6750 2.1. 32 characters cannot be guessed, even if they are hex digits (128 bits).
    if (value === undefined || /^[\w.~+/-]{32,}=*$/.test(value)) return value;
    throw new Error(`Cannot use ${name}: expected 32 or more letters, digits or any of -._~+/`);
  }

  /** Reads the issuer without normalizing it: a token's `iss` must match it exactly (OpenID Connect Core 3.1.3.7). */
  function issuer(): string | undefined {
    const value = optional("PODCORE_OIDC_ISSUER");
    const url = URL.parse(value ?? "https://none.example");
    // Over http, anyone on the network path could replace the issuer's keys with their own.
    const isSafe =
      url?.protocol === "https:" ||
      (url?.protocol === "http:" && /^(localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname));
    if (isSafe && url?.search === "" && url.hash === "" && url.username === "") return value;
    throw new Error(`Cannot use PODCORE_OIDC_ISSUER="${value}": not an https URL without a query`);
  }

  function subjects(): readonly string[] {
    const named = list("PODCORE_OIDC_SUBJECTS");
    return named.length > 0 ? named : PING_SOURCES;
  }

  function list(name: Name): string[] {
    return text(name)
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "");
  }

  function hosts(name: Name): string[] {
    const names = list(name).map((host) => host.toLowerCase());
    const wrong = names.find((host) => !/^[a-z0-9_.-]+$|^\[[\da-f:.]+\]$/.test(host));
    if (wrong === undefined) return names;
    throw new Error(`Cannot use ${name}: "${wrong}" is not a host name such as podbox.example.com, without a port`);
  }

  function networks(name: Name): string[] {
    const cidrs = list(name);
    const wrong = cidrs.find((cidr) => !/^[\da-f.:]+\/\d{1,3}$/i.test(cidr));
    if (wrong === undefined) return cidrs;
    throw new Error(`Cannot use ${name}: "${wrong}" is not a network such as 10.0.0.0/8`);
  }

  /** Reads CIDRs, each with an optional port: `127.0.0.1/32:8080`. */
  function reachable(name: Name): string[] {
    const entries = list(name);
    const wrong = entries.find((entry) => !/^[\da-f.:]+\/\d{1,3}(?::\d{1,5})?$/i.test(entry));
    if (wrong === undefined) return entries;
    throw new Error(`Cannot use ${name}: "${wrong}" is not a network such as 10.0.0.0/8`);
  }

  const tokens = [token("PODCORE_OPERATOR_TOKEN"), token("PODCORE_WAKE_TOKEN")];
  if (tokens[0] !== undefined && tokens[0] === tokens[1]) {
    throw new Error("Cannot use PODCORE_WAKE_TOKEN: it equals PODCORE_OPERATOR_TOKEN, which grants more");
  }
  // 0 asks the system for a free port, for local runs and tests.
  const port = integer("PORT", { min: 0, max: 65_535 });
  const publicUrl = origin("PODCORE_PUBLIC_URL") ?? `http://localhost:${port}`;
  return {
    directoryUrl: httpUrl("PODCORE_DIRECTORY_URL") ?? SETTINGS.PODCORE_DIRECTORY_URL[0],
    env: oneOf("PODCORE_ENV", ["development", "production"]),
    oidc: { issuer: issuer(), audience: text("PODCORE_OIDC_AUDIENCE"), subjects: subjects() },
    operatorToken: token("PODCORE_OPERATOR_TOKEN"),
    wakeToken: token("PODCORE_WAKE_TOKEN"),
    gatewayToken: token("PODCORE_GATEWAY_TOKEN"),
    host: text("HOST"),
    hosts: hosts("PODCORE_HOSTS"),
    port,
    databaseUrl: databaseUrl("DATABASE_URL"),
    databaseMigrateUrl: databaseUrl("DATABASE_MIGRATE_URL"),
    databaseConnections: integer("DATABASE_CONNECTIONS", { min: 1, max: 100 }),
    /** Without a trailing slash. Links, cookies and canonical URLs are built from it, never from the Host header. */
    publicUrl,
    contactUrl: httpUrl("PODCORE_CONTACT_URL") ?? publicUrl,
    bodyMaxBytes: integer("PODCORE_BODY_MAX_BYTES", { min: 1, max: 16_777_216 }),
    requestTimeoutMs: integer("PODCORE_REQUEST_TIMEOUT_MS", { min: 100, max: 600_000 }),
    tickBudgetMs: integer("PODCORE_TICK_BUDGET_MS", { min: 100, max: 570_000 }),
    crawlConcurrency: integer("PODCORE_CRAWL_CONCURRENCY", { min: 1, max: 200 }),
    fetchAllow: reachable("PODCORE_FETCH_ALLOW"),
    fetchTimeoutMs: integer("PODCORE_FETCH_TIMEOUT_MS", { min: 100, max: 240_000 }),
    dataDir: text("PODCORE_DATA_DIR"),
    showsInternal: optional("PODCORE_INTERNAL") !== undefined && oneOf("PODCORE_INTERNAL", ["0", "1"]) === "1",
    logFormat: optional("PODCORE_LOG") === undefined ? undefined : oneOf("PODCORE_LOG", ["tree", "flat", "json"]),
    logLevel: oneOf("PODCORE_LOG_LEVEL", ["debug", "info", "warn", "error", "silent"]),
    gcpProject: optional("PODCORE_GCP_PROJECT"),
    mailFrom: optional("PODCORE_MAIL_FROM") ?? `podcore@${new URL(publicUrl).hostname}`,
    shutdownGraceMs: shutdownGraceMs(),
    signup: oneOf("PODCORE_SIGNUP", ["open", "invite", "closed"]),
    // 0: trusts no proxy. 20 is more than any deployment has.
    trustedHops: integer("PODCORE_TRUSTED_HOPS", { min: 0, max: 20 }),
    trustedProxies: networks("PODCORE_TRUSTED_PROXIES"),
    workUrl: httpUrl("PODCORE_WORK_URL"),
    sentryDsn: secretUrl("SENTRY_DSN", /^https?:\/\/[^@/]+@[^/]+\/(.*\/)?\d+$/),
    smtpUrl: secretUrl("SMTP_URL", /^smtps?:\/\/[^/]+/),
  };
}

// Knative Eventing 1.22 names each PingSource's service account after the PingSource.
const PING_SOURCES = ["tick-crawl", "tick-work", "tick-clean"].map(
  (name) => `system:serviceaccount:podcore:${name}-oidc-sources.knative.dev-pingsource`,
);

const SECRET_URL_FORMS: Partial<Record<Name, string>> = {
  SENTRY_DSN: "https://key@host/project",
  SMTP_URL: "smtps://user:password@host:port",
};

/** Returns true if user and password decode. The driver would only decode them when it sends the first query. */
function isDecodable(url: string): boolean {
  try {
    const { username, password } = new URL(url);
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}
