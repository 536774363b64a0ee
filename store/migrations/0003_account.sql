CREATE TABLE "erasure" (
	"id" uuid PRIMARY KEY NOT NULL,
	"contact_id" uuid NOT NULL,
	"message_id" uuid NOT NULL,
	"person_id" text,
	"up_to" timestamp with time zone NOT NULL,
	"asked_at" timestamp with time zone NOT NULL,
	"done_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "media" (
	"id" uuid PRIMARY KEY NOT NULL,
	"message_id" uuid NOT NULL,
	"status" text NOT NULL,
	"content_type" text,
	"bytes" integer,
	"sha256" text,
	"kept" text,
	"code" text,
	"reason" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"not_before" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "platform_token" (
	"account" text PRIMARY KEY NOT NULL,
	"sealed" "bytea",
	"expires_at" timestamp with time zone,
	"forced_day" text,
	"forced_count" integer DEFAULT 0 NOT NULL,
	"forced_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "qr_code" (
	"account" text NOT NULL,
	"scene" text NOT NULL,
	"ticket" text NOT NULL,
	"url" text NOT NULL,
	"expires_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "qr_code_account_scene_pk" PRIMARY KEY("account","scene")
);
--> statement-breakpoint
CREATE INDEX "erasure_open" ON "erasure" USING btree ("asked_at") WHERE done_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "media_message" ON "media" USING btree ("message_id");--> statement-breakpoint
CREATE INDEX "media_waiting" ON "media" USING btree ("not_before") WHERE status = 'waiting';--> statement-breakpoint
CREATE INDEX "media_refused" ON "media" USING btree ("created_at") WHERE status = 'refused';--> statement-breakpoint
CREATE INDEX "media_content" ON "media" USING btree ("sha256") WHERE status = 'fetched';
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON erasure, media, platform_token, qr_code TO mashang_app;
--> statement-breakpoint
GRANT DELETE ON qr_code TO mashang_app;
--> statement-breakpoint
-- The one way to touch what was said: for an erasure that is asked for, of words by the person who left, said until then.
-- `texts` and `salts` are what is left of each; null where nothing is.
CREATE FUNCTION erase_words(erasure_id uuid, ids uuid[], texts text[], salts text[]) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH asked AS (
    SELECT * FROM erasure WHERE id = erasure_id AND done_at IS NULL
  ), gone AS (
    UPDATE message m SET text = r.text, salt = r.salt, extra = NULL, answer = NULL
    FROM asked, unnest(ids, texts, salts) AS r(id, text, salt)
    WHERE m.id = r.id AND m.contact_id = asked.contact_id AND m.said_at <= asked.up_to
    RETURNING 1
  )
  SELECT count(*)::int FROM gone
$$;
--> statement-breakpoint
-- What others were answered about their cases quotes them.
CREATE FUNCTION erase_answers(erasure_id uuid) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH asked AS (
    SELECT * FROM erasure WHERE id = erasure_id AND done_at IS NULL
  ), gone AS (
    UPDATE message m SET answer = NULL FROM asked, "case" c
    WHERE c.contact_id = asked.contact_id AND c.opened_at <= asked.up_to AND m.case_id = c.id AND m.answer IS NOT NULL
    RETURNING 1
  )
  SELECT count(*)::int FROM gone
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION erase_words, erase_answers FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION erase_words, erase_answers TO mashang_app;
