/** Every setting with its default and meaning. The README's table is these rows: a test compares them. */
export const SETTINGS = {
  DATABASE_URL: [
    "",
    "Postgres, as `postgres://user:password@host:port/database`. `npm start` boots one of its own where this is unset",
  ],
  DATABASE_MIGRATE_URL: [
    "",
    "Postgres for admin-migrate, where that takes another role, or a way past a pooler; DATABASE_URL unless set",
  ],
  DATABASE_CONNECTIONS: ["5", "Connections that one process opens at most"],
  HOST: ["0.0.0.0", "Address to listen on; `npm start` listens on 127.0.0.1 unless this is set"],
  PORT: ["8080", "Port to listen on"],
  PODCORE_BODY_MAX_BYTES: ["102400", "Largest request body; a larger one is a 413 (a 400 at /graphql)"],
  // The artifacts' loader reads it, before there is any config.
  PODCORE_CODE_CACHE: [
    "",
    "`write`: an artifact leaves its compiled code beside itself as it exits, and starts with it from then on",
  ],
  PODCORE_CONTACT_URL: [
    "",
    "Address in the crawler's User-Agent where a feed's host learns who asks; PODCORE_PUBLIC_URL unless set",
  ],
  PODCORE_CRAWL_CONCURRENCY: ["20", "Feeds that one crawl tick fetches at the same time"],
  PODCORE_DATA_DIR: [".podcore", "Where `npm start` keeps its Postgres"],
  PODCORE_DIRECTORY_URL: ["https://itunes.apple.com", "Where the iTunes Search API is asked for podcasts"],
  PODCORE_ENV: [
    "production",
    "`development` lets visitors add podcasts without an account, and logs the links of mails that cannot be sent; `npm start` sets it",
  ],
  PODCORE_FETCH_ALLOW: [
    "",
    "Networks that feeds may be fetched from besides the public internet, as CIDRs with commas",
  ],
  PODCORE_FETCH_TIMEOUT_MS: ["30000", "Longest time for one feed, redirects and body included"],
  PODCORE_GCP_PROJECT: ["", "Google Cloud project that log lines name their trace in, with PODCORE_LOG=json"],
  PODCORE_HOSTS: [
    "",
    "Further host names, with commas, that `npm start` and the `internal` artifact answer to; any other name is a 421",
  ],
  PODCORE_INTERNAL: ["", "`1`: `npm start` also serves the ticks and the operators' functions on PORT"],
  PODCORE_LOG: ["", "`tree`, `flat` or `json`; unset: a tree on a terminal, flat lines elsewhere"],
  PODCORE_LOG_LEVEL: ["info", "`debug`, `info`, `warn`, `error` or `silent`"],
  PODCORE_MAIL_FROM: [
    "",
    "Sender of mails, such as `podcore@example.com`; `podcore@` and the public URL's host unless set",
  ],
  PODCORE_OIDC_AUDIENCE: ["podcore", "Audience of the OIDC tokens that ticks take; the PingSources ask for this one"],
  PODCORE_OIDC_ISSUER: [
    "",
    "Issuer whose OIDC tokens ticks demand, such as the cluster's; unset: ticks take calls without a token",
  ],
  PODCORE_OIDC_SUBJECTS: [
    "",
    "Subjects whose OIDC tokens ticks take, with commas; unset: the service accounts of the PingSources in the namespace `podcore`",
  ],
  PODCORE_OPERATOR_TOKEN: [
    "",
    "Bearer token that operators' functions demand over HTTP, of 32 characters or more; unset: they refuse all calls. `npm start` makes one",
  ],
  PODCORE_PUBLIC_URL: [
    "",
    "What absolute links begin with, such as `https://podcore.example.com`, without a path; `http://localhost:PORT` unless set",
  ],
  PODCORE_REQUEST_TIMEOUT_MS: [
    "25000",
    "Longest time for one request before it is answered with a 503; a tick has its own budget",
  ],
  PODCORE_SHUTDOWN_GRACE_MS: [
    "10000",
    "Time after SIGTERM in which a process is not ready and still answers, for routers to notice; 0 where K_SERVICE is set: Knative drains first",
  ],
  PODCORE_SIGNUP: [
    "open",
    "`open`: who confirms an e-mail address gets an account; `invite`: who has a link from admin-account-add; `closed`: nobody, and admin-account-add makes the accounts",
  ],
  PODCORE_TICK_BUDGET_MS: ["240000", "Time after which a tick takes on no more work; `npm start` sets 50000"],
  PODCORE_TRUSTED_PROXIES: [
    "127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,169.254.0.0/16,::1/128,fc00::/7,fe80::/10",
    "Networks whose X-Forwarded-For is believed, as CIDRs with commas: the client is the last address in it outside them",
  ],
  PODCORE_WAKE_TOKEN: [
    "",
    "Bearer token that wakes the work tick, and is good for nothing else; unset: it is woken without one. `npm start` makes one",
  ],
  PODCORE_WORK_URL: [
    "",
    "Where the work tick is asked to start at once when a job is stored, such as a mail; unset: the next tick does it",
  ],
  SENTRY_DSN: ["", "Where errors are reported, to Sentry or what speaks its protocol"],
  SMTP_URL: ["", "Mail server, as `smtps://user:password@host:port`; unset: no mail is sent"],
} as const satisfies Record<string, readonly [defaultValue: string, about: string]>;

export type Config = Readonly<ReturnType<typeof readConfig>>;
export type Environment = Readonly<Record<string, string | undefined>>;
type Name = keyof typeof SETTINGS;

/** Reads the settings. @throws Error naming the variable and its value */
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
      // What stands before an @ may be a password.
      throw new Error(`Cannot use ${name}="${value.replace(/^.*@/, "...@")}": not an http(s) URL`);
    }
    return value.replace(/(?<!\/)\/+$/, "");
  }

  /** Links, cookies and redirects begin at a host's root. */
  function origin(name: Name): string | undefined {
    const value = httpUrl(name);
    if (value === undefined) return undefined;
    const url = new URL(value);
    if (url.pathname === "/" && url.search === "" && url.hash === "") return url.origin;
    throw new Error(
      `Cannot use ${name}="${value}": podcore takes a whole host, such as "${url.origin}", without a path`,
    );
  }

  function databaseUrl(name: Name): string | undefined {
    const value = optional(name);
    // The value holds a password, so these messages alone do not repeat it.
    if (value !== undefined && !/^postgres(ql)?:\/\//.test(value)) {
      throw new Error(`Cannot use ${name}: it does not begin with postgres://`);
    }
    // After a # or ? in the password, user and password are read as host and port, and would be shown as such.
    const isMisread = (url: URL) => url.username + url.password === "" && url.href.includes("@");
    if (value !== undefined && (!isDecodable(value) || isMisread(new URL(value)))) {
      throw new Error(`Cannot use ${name}: it is no URL; in its password %, @, :, /, ? and # are percent-encoded`);
    }
    return value;
  }

  /** A URL that holds a password or a key, which the message does not repeat. */
  function secretUrl(name: Name, form: RegExp): string | undefined {
    const value = optional(name);
    if (value === undefined || (form.test(value) && URL.canParse(value) && isDecodable(value))) return value;
    throw new Error(`Cannot use ${name}: it has not the form "${SECRET_URL_FORMS[name] ?? ""}"`);
  }

  function shutdownGraceMs(): number {
    const isLeftToKnative = environment.K_SERVICE !== undefined && !environment.PODCORE_SHUTDOWN_GRACE_MS?.trim();
    return isLeftToKnative ? 0 : integer("PODCORE_SHUTDOWN_GRACE_MS", { min: 0, max: 300_000 });
  }

  /** A secret, which the message does not repeat. */
  function token(name: Name): string | undefined {
    const value = optional(name);
    // RFC 6750 2.1. With 32 characters, hex digits even, it cannot be guessed.
    if (value === undefined || /^[\w.~+/-]{32,}=*$/.test(value)) return value;
    throw new Error(`Cannot use ${name}: not 32 or more letters, digits and any of -._~+/`);
  }

  /** Not changed in any way: tokens name their issuer exactly so (OpenID Connect Core 3.1.3.7). */
  function issuer(): string | undefined {
    const value = optional("PODCORE_OIDC_ISSUER");
    const url = URL.parse(value ?? "https://none.example");
    // Whoever can change what comes over http could send keys of their own.
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
    throw new Error(`Cannot use ${name}: "${wrong}" is not a host name, without a port, such as podbox.example.com`);
  }

  function networks(name: Name): string[] {
    const cidrs = list(name);
    const wrong = cidrs.find((cidr) => !/^[\da-f.:]+\/\d{1,3}$/i.test(cidr));
    if (wrong === undefined) return cidrs;
    throw new Error(`Cannot use ${name}: "${wrong}" is not a network such as 10.0.0.0/8`);
  }

  const tokens = [token("PODCORE_OPERATOR_TOKEN"), token("PODCORE_WAKE_TOKEN")];
  if (tokens[0] !== undefined && tokens[0] === tokens[1]) {
    throw new Error("Cannot use PODCORE_WAKE_TOKEN: it is PODCORE_OPERATOR_TOKEN, which is good for more");
  }
  // 0 asks the system for a free port: local runs and tests.
  const port = integer("PORT", { min: 0, max: 65_535 });
  const publicUrl = origin("PODCORE_PUBLIC_URL") ?? `http://localhost:${port}`;
  return {
    directoryUrl: httpUrl("PODCORE_DIRECTORY_URL") ?? SETTINGS.PODCORE_DIRECTORY_URL[0],
    env: oneOf("PODCORE_ENV", ["development", "production"]),
    oidc: { issuer: issuer(), audience: text("PODCORE_OIDC_AUDIENCE"), subjects: subjects() },
    operatorToken: token("PODCORE_OPERATOR_TOKEN"),
    wakeToken: token("PODCORE_WAKE_TOKEN"),
    host: text("HOST"),
    hosts: hosts("PODCORE_HOSTS"),
    port,
    databaseUrl: databaseUrl("DATABASE_URL"),
    databaseMigrateUrl: databaseUrl("DATABASE_MIGRATE_URL"),
    databaseConnections: integer("DATABASE_CONNECTIONS", { min: 1, max: 100 }),
    /** Without a trailing slash. Links, cookies and canonical URLs are made of it, never of the Host header. */
    publicUrl,
    contactUrl: httpUrl("PODCORE_CONTACT_URL") ?? publicUrl,
    bodyMaxBytes: integer("PODCORE_BODY_MAX_BYTES", { min: 1, max: 16_777_216 }),
    requestTimeoutMs: integer("PODCORE_REQUEST_TIMEOUT_MS", { min: 100, max: 600_000 }),
    tickBudgetMs: integer("PODCORE_TICK_BUDGET_MS", { min: 100, max: 570_000 }),
    crawlConcurrency: integer("PODCORE_CRAWL_CONCURRENCY", { min: 1, max: 200 }),
    fetchAllow: networks("PODCORE_FETCH_ALLOW"),
    fetchTimeoutMs: integer("PODCORE_FETCH_TIMEOUT_MS", { min: 100, max: 240_000 }),
    dataDir: text("PODCORE_DATA_DIR"),
    showsInternal: optional("PODCORE_INTERNAL") !== undefined && oneOf("PODCORE_INTERNAL", ["0", "1"]) === "1",
    logFormat: optional("PODCORE_LOG") === undefined ? undefined : oneOf("PODCORE_LOG", ["tree", "flat", "json"]),
    logLevel: oneOf("PODCORE_LOG_LEVEL", ["debug", "info", "warn", "error", "silent"]),
    gcpProject: optional("PODCORE_GCP_PROJECT"),
    mailFrom: optional("PODCORE_MAIL_FROM") ?? `podcore@${new URL(publicUrl).hostname}`,
    shutdownGraceMs: shutdownGraceMs(),
    signup: oneOf("PODCORE_SIGNUP", ["open", "invite", "closed"]),
    trustedProxies: networks("PODCORE_TRUSTED_PROXIES"),
    workUrl: httpUrl("PODCORE_WORK_URL"),
    sentryDsn: secretUrl("SENTRY_DSN", /^https?:\/\/[^@/]+@[^/]+\/(.*\/)?\d+$/),
    smtpUrl: secretUrl("SMTP_URL", /^smtps?:\/\/[^/]+/),
  };
}

// Knative Eventing 1.22 names a PingSource's service account after it.
const PING_SOURCES = ["tick-crawl", "tick-work", "tick-clean"].map(
  (name) => `system:serviceaccount:podcore:${name}-oidc-sources.knative.dev-pingsource`,
);

const SECRET_URL_FORMS: Partial<Record<Name, string>> = {
  SENTRY_DSN: "https://key@host/project",
  SMTP_URL: "smtps://user:password@host:port",
};

/** The driver decodes user and password by themselves, when a query is first sent. */
function isDecodable(url: string): boolean {
  try {
    const { username, password } = new URL(url);
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}
