CREATE TABLE "job" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "job_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"args" jsonb NOT NULL,
	"due_at" timestamp with time zone DEFAULT podcore_now() NOT NULL,
	"lease_expires_at" timestamp with time zone,
	"lease_token" bigint DEFAULT 0 NOT NULL,
	"num_errors" integer DEFAULT 0 NOT NULL,
	"last_error" text,
	"last_error_at" timestamp with time zone,
	"parked_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT podcore_now() NOT NULL,
	CONSTRAINT "job_name_length" CHECK (char_length("job"."name") <= 100),
	CONSTRAINT "job_last_error_length" CHECK (char_length("job"."last_error") <= 2000),
	CONSTRAINT "job_args_object" CHECK (jsonb_typeof("job"."args") = 'object'),
	CONSTRAINT "job_num_errors_not_negative" CHECK ("job"."num_errors" >= 0),
	CONSTRAINT "job_error_has_instant" CHECK (("job"."last_error" is null) = ("job"."last_error_at" is null))
);
--> statement-breakpoint
CREATE INDEX "job_due_at_idx" ON "job" USING btree ("due_at") WHERE "job"."parked_at" is null;