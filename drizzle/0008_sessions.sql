CREATE TABLE "account_browser" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "account_browser_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"account_id" bigint NOT NULL,
	"browser_sha256" "bytea" NOT NULL,
	"last_login_at" timestamp with time zone DEFAULT podcore_now() NOT NULL,
	CONSTRAINT "account_browser_browser_sha256_account_id_unique" UNIQUE("browser_sha256","account_id"),
	CONSTRAINT "account_browser_browser_sha256_length" CHECK (octet_length("account_browser"."browser_sha256") = 32)
);
--> statement-breakpoint
ALTER TABLE "verification_code" DROP CONSTRAINT "verification_code_kind_known";--> statement-breakpoint
ALTER TABLE "login" ADD COLUMN "browser_sha256" "bytea";--> statement-breakpoint
ALTER TABLE "account_browser" ADD CONSTRAINT "account_browser_account_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "account_browser_account_id_idx" ON "account_browser" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "account_browser_last_login_at_idx" ON "account_browser" USING btree ("last_login_at");--> statement-breakpoint
ALTER TABLE "login" ADD CONSTRAINT "login_browser_sha256_length" CHECK (octet_length("login"."browser_sha256") = 32) NOT VALID;--> statement-breakpoint
ALTER TABLE "verification_code" ADD CONSTRAINT "verification_code_kind_known" CHECK ("verification_code"."kind" in ('sign-up', 'invite', 'password-reset', 'login', 'new-email', 'old-email')) NOT VALID;