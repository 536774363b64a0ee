DROP INDEX "delivery_unfinished";--> statement-breakpoint
ALTER TABLE "case" ALTER COLUMN "through_id" DROP EXPRESSION;--> statement-breakpoint
ALTER TABLE "case" ALTER COLUMN "state" SET DATA TYPE json;--> statement-breakpoint
ALTER TABLE "contact" ALTER COLUMN "dialogue" SET DATA TYPE json, ALTER COLUMN "windows" SET DATA TYPE json;--> statement-breakpoint
ALTER TABLE "event" ALTER COLUMN "actor" SET DATA TYPE json, ALTER COLUMN "event" SET DATA TYPE json;--> statement-breakpoint
ALTER TABLE "message" ALTER COLUMN "extra" SET DATA TYPE json;--> statement-breakpoint
ALTER TABLE "outbox" ALTER COLUMN "payload" SET DATA TYPE json;