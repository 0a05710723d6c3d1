import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { atMost, bytea, id, instant } from "./columns.ts";

/**
 * A listener. An account without an email address is ephemeral: a visitor's first change creates it, and only its cookie
 * identifies it. An account with an email address is permanent: its owner or the operator has confirmed the address.
 */
export const account = pgTable(
  "account",
  {
    id: id(),
    email: text("email"),
    /** In the PHC string format, which holds the algorithm, its parameters and the salt. */
    passwordHash: text("password_hash"),
    /** A mobile app created it. It is kept even if it is ephemeral and has not been seen for long. */
    isMobile: boolean("is_mobile").notNull().default(false),
    /**
     * Counts changes to the account's data, in order of arrival. Each changed row stores its number, so that clients can
     * request the changes since a number. The change's transaction increments it, so a client that sees N also sees all
     * lower numbers.
     */
    sequence: bigint("sequence", { mode: "number" }).notNull().default(0),
    createdAt: instant("created_at").notNull().default(sql`podcore_now()`),
    lastSeenAt: instant("last_seen_at").notNull().default(sql`podcore_now()`),
    lastSeenAddress: text("last_seen_address"),
  },
  (t) => [
    uniqueIndex("account_email_unique").on(sql`lower(${t.email})`),
    index("account_ephemeral_last_seen_at_idx").on(t.lastSeenAt).where(sql`${t.email} is null`),
    atMost("account_email_length", t.email, 254),
    atMost("account_password_hash_length", t.passwordHash, 500),
    atMost("account_last_seen_address_length", t.lastSeenAddress, 100),
    check("account_email_has_password", sql`(${t.email} is null) = (${t.passwordHash} is null)`),
    check("account_sequence_not_negative", sql`${t.sequence} >= 0`),
  ],
);

/** A browser that is logged in to an account. Its cookie holds a secret; this table holds the secret's hash. */
export const login = pgTable(
  "login",
  {
    id: id(),
    accountId: bigint("account_id", { mode: "number" }).notNull(),
    /** Hash of the 32 random bytes in the cookie. */
    secretSha256: bytea("secret_sha256").notNull(),
    /** Hash of the cookie that identifies the browser. NULL for logins from before that cookie existed. */
    browserSha256: bytea("browser_sha256"),
    userAgent: text("user_agent"),
    createdAt: instant("created_at").notNull().default(sql`podcore_now()`),
    lastUsedAt: instant("last_used_at").notNull().default(sql`podcore_now()`),
    lastUsedAddress: text("last_used_address"),
    expiresAt: instant("expires_at").notNull(),
  },
  (t) => [
    foreignKey({ name: "login_account_fk", columns: [t.accountId], foreignColumns: [account.id] }).onDelete("cascade"),
    unique("login_secret_sha256_unique").on(t.secretSha256),
    index("login_account_id_idx").on(t.accountId),
    index("login_expires_at_idx").on(t.expiresAt),
    check("login_secret_sha256_length", sql`octet_length(${t.secretSha256}) = 32`),
    check("login_browser_sha256_length", sql`octet_length(${t.browserSha256}) = 32`),
    atMost("login_user_agent_length", t.userAgent, 500),
    atMost("login_last_used_address_length", t.lastUsedAddress, 100),
  ],
);

/** A browser that has logged in to an account before. Wrong passwords from elsewhere do not lock it out. */
export const accountBrowser = pgTable(
  "account_browser",
  {
    id: id(),
    accountId: bigint("account_id", { mode: "number" }).notNull(),
    /** Hash of the cookie that identifies the browser across logins. */
    browserSha256: bytea("browser_sha256").notNull(),
    lastLoginAt: instant("last_login_at").notNull().default(sql`podcore_now()`),
  },
  (t) => [
    foreignKey({ name: "account_browser_account_fk", columns: [t.accountId], foreignColumns: [account.id] }).onDelete(
      "cascade",
    ),
    unique("account_browser_browser_sha256_account_id_unique").on(t.browserSha256, t.accountId),
    index("account_browser_account_id_idx").on(t.accountId),
    index("account_browser_last_login_at_idx").on(t.lastLoginAt),
    check("account_browser_browser_sha256_length", sql`octet_length(${t.browserSha256}) = 32`),
  ],
);

/** An API key that an account has created. */
export const apiKey = pgTable(
  "api_key",
  {
    id: id(),
    accountId: bigint("account_id", { mode: "number" }).notNull(),
    name: text("name").notNull(),
    secretSha256: bytea("secret_sha256").notNull(),
    /** The secret's first characters, which help its owner to recognize it. */
    hint: text("hint").notNull(),
    createdAt: instant("created_at").notNull().default(sql`podcore_now()`),
    lastUsedAt: instant("last_used_at"),
    lastUsedAddress: text("last_used_address"),
    /** NULL: never. */
    expiresAt: instant("expires_at"),
  },
  (t) => [
    foreignKey({ name: "api_key_account_fk", columns: [t.accountId], foreignColumns: [account.id] }).onDelete(
      "cascade",
    ),
    unique("api_key_secret_sha256_unique").on(t.secretSha256),
    index("api_key_account_id_idx").on(t.accountId),
    index("api_key_expires_at_idx").on(t.expiresAt),
    check("api_key_secret_sha256_length", sql`octet_length(${t.secretSha256}) = 32`),
    check("api_key_name_present", sql`${t.name} <> ''`),
    atMost("api_key_name_length", t.name, 100),
    atMost("api_key_hint_length", t.hint, 20),
    atMost("api_key_last_used_address_length", t.lastUsedAddress, 100),
  ],
);

/** A link that proves control of an email address. It was sent or will be. Deleted when it is used. */
export const verificationCode = pgTable(
  "verification_code",
  {
    id: id(),
    /** Changing an account's address takes two links, new-email and old-email. */
    kind: text("kind").$type<"sign-up" | "invite" | "password-reset" | "login" | "new-email" | "old-email">().notNull(),
    /** For sign-up, the account that becomes permanent; otherwise the account that the link is for. NULL for invite. */
    accountId: bigint("account_id", { mode: "number" }),
    /** For new-email and old-email, the new address. */
    email: text("email").notNull(),
    /** Hash of the chosen password, for sign-up. */
    passwordHash: text("password_hash"),
    /** Hash of the link's secret. NULL until the mail is sent: until then no link can give access to the account. */
    secretSha256: bytea("secret_sha256"),
    createdAt: instant("created_at").notNull().default(sql`podcore_now()`),
    expiresAt: instant("expires_at").notNull(),
  },
  (t) => [
    foreignKey({
      name: "verification_code_account_fk",
      columns: [t.accountId],
      foreignColumns: [account.id],
    }).onDelete("cascade"),
    unique("verification_code_secret_sha256_unique").on(t.secretSha256),
    index("verification_code_account_id_idx").on(t.accountId),
    index("verification_code_expires_at_idx").on(t.expiresAt),
    check(
      "verification_code_kind_known",
      sql`${t.kind} in ('sign-up', 'invite', 'password-reset', 'login', 'new-email', 'old-email')`,
    ),
    check("verification_code_account_present", sql`(${t.kind} = 'invite') = (${t.accountId} is null)`),
    check("verification_code_password_present", sql`(${t.kind} = 'sign-up') = (${t.passwordHash} is not null)`),
    check("verification_code_secret_sha256_length", sql`octet_length(${t.secretSha256}) = 32`),
    atMost("verification_code_email_length", t.email, 254),
    atMost("verification_code_password_hash_length", t.passwordHash, 500),
  ],
);

/** Counts uses of a rate limit in its current window. */
export const rateLimit = pgTable(
  "rate_limit",
  {
    kind: text("kind").notNull(),
    /** Who or what is limited: an account, a network, a host. Hashed if it is personal data. */
    subject: text("subject").notNull(),
    numTaken: integer("num_taken").notNull(),
    /** When the window ends and the count resets. */
    resetsAt: instant("resets_at").notNull(),
  },
  (t) => [
    primaryKey({ name: "rate_limit_pk", columns: [t.kind, t.subject] }),
    index("rate_limit_resets_at_idx").on(t.resetsAt),
    atMost("rate_limit_kind_length", t.kind, 100),
    atMost("rate_limit_subject_length", t.subject, 100),
    check("rate_limit_num_taken_not_negative", sql`${t.numTaken} >= 0`),
  ],
);

export type Account = typeof account.$inferSelect;
