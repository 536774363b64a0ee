CREATE SEQUENCE "public"."case_serial" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1000 CACHE 1;--> statement-breakpoint
CREATE TABLE "binding_code" (
	"code_hash" "bytea" PRIMARY KEY NOT NULL,
	"person_id" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"redeemed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "case" (
	"id" uuid PRIMARY KEY NOT NULL,
	"number" text NOT NULL,
	"status" text NOT NULL,
	"version" integer NOT NULL,
	"head_hash" text NOT NULL,
	"contact_id" uuid NOT NULL,
	"deputy_id" text,
	"region" text,
	"place_text" text,
	"opened_at" timestamp with time zone NOT NULL,
	"wake_at" timestamp with time zone,
	"last_said_at" timestamp with time zone NOT NULL,
	"state" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "contact" (
	"id" uuid PRIMARY KEY NOT NULL,
	"channel" text NOT NULL,
	"address_hash" "bytea" NOT NULL,
	"address_sealed" "bytea",
	"person_id" text,
	"bound_at" timestamp with time zone,
	"following" boolean NOT NULL,
	"dialogue" jsonb NOT NULL,
	"windows" jsonb NOT NULL,
	"last_heard_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "data_key" (
	"id" text PRIMARY KEY NOT NULL,
	"purpose" text NOT NULL,
	"wrapped" "bytea" NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "delivery" (
	"id" uuid PRIMARY KEY NOT NULL,
	"seq" bigint GENERATED ALWAYS AS IDENTITY (sequence name "delivery_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"lane" text NOT NULL,
	"contact_id" uuid,
	"person_id" text,
	"case_id" uuid,
	"template" text NOT NULL,
	"text" text NOT NULL,
	"status" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"lease" uuid,
	"lease_until" timestamp with time zone,
	"not_before" timestamp with time zone NOT NULL,
	"code" text,
	"reason" text,
	"platform_id" text,
	"created_at" timestamp with time zone NOT NULL,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "event" (
	"case_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"actor" jsonb NOT NULL,
	"event" jsonb NOT NULL,
	"previous" text NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "event_case_id_seq_pk" PRIMARY KEY("case_id","seq")
);
--> statement-breakpoint
CREATE TABLE "message" (
	"id" uuid PRIMARY KEY NOT NULL,
	"channel" text NOT NULL,
	"dedupe_key" text NOT NULL,
	"nonce" text,
	"contact_id" uuid,
	"case_id" uuid,
	"type" text NOT NULL,
	"text" text,
	"extra" jsonb,
	"salt" text,
	"meaning" text NOT NULL,
	"answer" text,
	"said_at" timestamp with time zone NOT NULL,
	"received_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "outbox_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"payload" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "person" (
	"id" text PRIMARY KEY NOT NULL,
	"role" text NOT NULL,
	"name" text NOT NULL,
	"region" text NOT NULL,
	"station" text,
	"organisation" text,
	"topics" text[] NOT NULL,
	"leave" jsonb NOT NULL,
	"active" boolean NOT NULL
);
--> statement-breakpoint
CREATE TABLE "refusal" (
	"channel" text NOT NULL,
	"code" text NOT NULL,
	"count" bigint NOT NULL,
	CONSTRAINT "refusal_channel_code_pk" PRIMARY KEY("channel","code")
);
--> statement-breakpoint
ALTER TABLE "binding_code" ADD CONSTRAINT "binding_code_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contact" ADD CONSTRAINT "contact_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "case_number" ON "case" USING btree ("number");--> statement-breakpoint
CREATE INDEX "case_contact" ON "case" USING btree ("contact_id","opened_at");--> statement-breakpoint
CREATE INDEX "case_wake" ON "case" USING btree ("wake_at") WHERE wake_at is not null;--> statement-breakpoint
CREATE INDEX "case_deputy" ON "case" USING btree ("deputy_id") WHERE status in ('routed', 'accepted', 'answered', 'promised');--> statement-breakpoint
CREATE INDEX "case_triage" ON "case" USING btree ("opened_at") WHERE status = 'triage';--> statement-breakpoint
CREATE UNIQUE INDEX "contact_address" ON "contact" USING btree ("channel","address_hash");--> statement-breakpoint
CREATE INDEX "contact_person" ON "contact" USING btree ("person_id") WHERE person_id is not null;--> statement-breakpoint
CREATE INDEX "delivery_lane" ON "delivery" USING btree ("lane","seq") WHERE status in ('ready', 'sending');--> statement-breakpoint
CREATE INDEX "delivery_unfinished" ON "delivery" USING btree ("not_before") WHERE status in ('ready', 'sending');--> statement-breakpoint
CREATE INDEX "delivery_held" ON "delivery" USING btree ("lane") WHERE status = 'refused';--> statement-breakpoint
CREATE INDEX "delivery_case" ON "delivery" USING btree ("case_id");--> statement-breakpoint
CREATE INDEX "delivery_pushed" ON "delivery" USING btree ("lane","seq") WHERE person_id is not null and case_id is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "message_dedupe" ON "message" USING btree ("channel","dedupe_key");--> statement-breakpoint
CREATE UNIQUE INDEX "message_nonce" ON "message" USING btree ("channel","nonce") WHERE nonce is not null;--> statement-breakpoint
CREATE INDEX "message_contact" ON "message" USING btree ("contact_id","received_at");--> statement-breakpoint
CREATE INDEX "message_case" ON "message" USING btree ("case_id") WHERE case_id is not null;