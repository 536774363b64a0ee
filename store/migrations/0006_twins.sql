CREATE TABLE "case_twin" (
	"case_id" uuid NOT NULL,
	"other_id" uuid NOT NULL,
	"likeness" real NOT NULL,
	"reason" jsonb NOT NULL,
	"found_at" timestamp with time zone NOT NULL,
	CONSTRAINT "case_twin_case_id_other_id_pk" PRIMARY KEY("case_id","other_id")
);
--> statement-breakpoint
CREATE TABLE "twin_search" (
	"id" integer PRIMARY KEY NOT NULL,
	"up_to" uuid,
	"holder" uuid,
	"held_until" timestamp with time zone
);
--> statement-breakpoint
CREATE INDEX "case_twin_other" ON "case_twin" USING btree ("other_id");
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON case_twin, twin_search TO mashang_app;
