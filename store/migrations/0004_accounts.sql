CREATE TABLE "pickup_code" (
	"code_hash" "bytea" PRIMARY KEY NOT NULL,
	"contact_id" uuid NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"redeemed_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "binding_code" ADD COLUMN "replaces" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "case" ADD COLUMN "through_id" text GENERATED ALWAYS AS (state->>'through') STORED;--> statement-breakpoint
ALTER TABLE "contact" ADD COLUMN "resident_id" uuid;--> statement-breakpoint
ALTER TABLE "delivery" ADD COLUMN "account_id" uuid;--> statement-breakpoint
ALTER TABLE "delivery" ADD COLUMN "account_heard_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "delivery" ADD COLUMN "tried" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "delivery" ADD COLUMN "resolved_by" uuid;--> statement-breakpoint
ALTER TABLE "delivery" ADD COLUMN "resend_of" uuid;--> statement-breakpoint
CREATE INDEX "pickup_code_contact" ON "pickup_code" USING btree ("contact_id");--> statement-breakpoint
CREATE INDEX "pickup_code_expires" ON "pickup_code" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "case_through" ON "case" USING btree ("through_id","opened_at") WHERE through_id is not null;--> statement-breakpoint
CREATE INDEX "contact_resident" ON "contact" USING btree ("resident_id") WHERE resident_id is not null;--> statement-breakpoint
CREATE INDEX "delivery_unknown" ON "delivery" USING btree ("lane") WHERE status = 'unknown';--> statement-breakpoint
CREATE UNIQUE INDEX "delivery_resend" ON "delivery" USING btree ("resend_of") WHERE resend_of is not null;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON pickup_code TO mashang_app;
