CREATE TABLE "case_hint" (
	"case_id" uuid PRIMARY KEY NOT NULL,
	"status" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"lease" uuid,
	"not_before" timestamp with time zone NOT NULL,
	"kind" text,
	"topic" text,
	"place" text,
	"confidence" real,
	"model" text,
	"code" text,
	"created_at" timestamp with time zone NOT NULL,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE INDEX "case_hint_waiting" ON "case_hint" USING btree ("created_at") WHERE status = 'waiting';
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON case_hint TO mashang_app;
