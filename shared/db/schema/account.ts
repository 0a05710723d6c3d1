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
 * A listener. Ephemeral without an e-mail: made by itself on a visitor's first change, and known by its cookie only.
 * Permanent with one: an e-mail is stored here once its owner, or the operator, has confirmed it.
 */
export const account = pgTable(
  "account",
  {
    id: id(),
    email: text("email"),
    /** In the PHC string format, which holds the algorithm, its parameters and the salt. */
    passwordHash: text("password_hash"),
    /** An app on a phone made it: kept, although it is ephemeral and long unseen. */
    isMobile: boolean("is_mobile").notNull().default(false),
    /**
     * Counts the changes to what the account holds, in order of arrival. Each changed row carries the number it got, so
     * that a client can ask for what changed since. Raised in the transaction of the change: whoever sees N sees all
     * that is numbered below.
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

/** A browser that is logged in to an account. Its cookie holds the secret that is stored here hashed. */
export const login = pgTable(
  "login",
  {
    id: id(),
    accountId: bigint("account_id", { mode: "number" }).notNull(),
    /** Of the 32 random bytes that the cookie holds. */
    secretSha256: bytea("secret_sha256").notNull(),
    /** Of the browser's own cookie. NULL for logins from before there was one. */
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

/** A browser that was logged in to an account once. Wrong passwords that others send do not keep it out. */
export const accountBrowser = pgTable(
  "account_browser",
  {
    id: id(),
    accountId: bigint("account_id", { mode: "number" }).notNull(),
    /** Of the browser's own cookie, which outlasts its logins. */
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

/** A key that an account has made for an app of its own. */
export const apiKey = pgTable(
  "api_key",
  {
    id: id(),
    accountId: bigint("account_id", { mode: "number" }).notNull(),
    name: text("name").notNull(),
    secretSha256: bytea("secret_sha256").notNull(),
    /** The secret's first characters, by which its owner tells it from others. */
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

/** A link that was sent, or is about to be, to show that an e-mail address is its reader's. Deleted when it is used. */
export const verificationCode = pgTable(
  "verification_code",
  {
    id: id(),
    /** new-email and old-email are the two links that change an account's address. */
    kind: text("kind").$type<"sign-up" | "invite" | "password-reset" | "login" | "new-email" | "old-email">().notNull(),
    /** sign-up: the account that becomes permanent. Others: whose link it is. */
    accountId: bigint("account_id", { mode: "number" }),
    /** new-email, old-email: the new address. */
    email: text("email").notNull(),
    /** sign-up: the password that was chosen. */
    passwordHash: text("password_hash"),
    /** Of what the link holds. NULL until it is sent: nothing that is stored before could open the account. */
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

/** How often something was done lately by one who may not do it without end. */
export const rateLimit = pgTable(
  "rate_limit",
  {
    kind: text("kind").notNull(),
    /** Whom or what it is counted for: an account, a network, a host. Hashed where it is personal. */
    subject: text("subject").notNull(),
    numTaken: integer("num_taken").notNull(),
    /** The count starts anew after it. */
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
