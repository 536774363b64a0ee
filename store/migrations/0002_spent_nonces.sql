CREATE TABLE "spent_nonce" (
	"channel" text NOT NULL,
	"nonce" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "spent_nonce_channel_nonce_pk" PRIMARY KEY("channel","nonce")
);
--> statement-breakpoint
CREATE INDEX "spent_nonce_at" ON "spent_nonce" USING btree ("at");
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON spent_nonce TO mashang_app;
